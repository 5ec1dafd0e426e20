#include "tools/forge/tcp_session.h"

#include <algorithm>
#include <utility>

namespace rpcsieve::forge {
namespace {

constexpr std::int64_t kBetweenPacketsUs = 100;

Side other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }

std::size_t index(Side side) { return static_cast<std::size_t>(side); }

}  // namespace

TcpSession& TcpSession::begin_at(std::uint32_t client, std::uint32_t server) {
  next(Side::kClient) = client;
  next(Side::kServer) = server;
  return *this;
}

// first is a packet that acknowledges nothing, as the first of a connection.
TcpPacket TcpSession::first(Side side, std::uint32_t sequence) const {
  TcpPacket packet = side == Side::kClient
                         ? tcp(ends_.client, ends_.client_port, ends_.server, ends_.server_port)
                         : tcp(ends_.server, ends_.server_port, ends_.client, ends_.client_port);
  return packet.sequence(sequence);
}

TcpPacket TcpSession::packet(Side side, std::uint32_t sequence) const {
  return first(side, sequence).acknowledgment(next_[index(other(side))]);
}

void TcpSession::add(Side side, TcpPacket packet) {
  capture_.push_back({side, std::move(packet), time_});
  time_.us += kBetweenPacketsUs;
}

TcpSession& TcpSession::syn() {
  add(Side::kClient, first(Side::kClient, next(Side::kClient)++).syn());
  return *this;
}

TcpSession& TcpSession::syn_ack() {
  add(Side::kServer, packet(Side::kServer, next(Side::kServer)++).syn());
  return *this;
}

TcpSession& TcpSession::ack(Side side) {
  add(side, packet(side, next(side)));
  return *this;
}

TcpSession& TcpSession::say(Side side, const Buffer& bytes) {
  for (std::size_t from = 0; from < bytes.size(); from += segment_bytes_) {
    const std::size_t to = std::min(from + segment_bytes_, bytes.size());
    const std::size_t repeated = std::min(from, overlap_);
    const Buffer part(bytes.begin() + static_cast<std::ptrdiff_t>(from - repeated),
                      bytes.begin() + static_cast<std::ptrdiff_t>(to));
    add(side, packet(side, next(side) - static_cast<std::uint32_t>(repeated)).payload(part));
    next(side) += static_cast<std::uint32_t>(to - from);
  }
  return *this;
}

TcpSession& TcpSession::say(const Talk& talk) {
  for (const Turn& turn : talk) say(turn.side, turn.bytes);
  return *this;
}

TcpSession& TcpSession::finish() {
  return fin(Side::kClient).fin(Side::kServer).ack(Side::kClient);
}

TcpSession& TcpSession::fin(Side side) {
  add(side, packet(side, next(side)++).fin());
  return *this;
}

TcpSession& TcpSession::reset(Side side) {
  add(side, packet(side, next(side)).rst());
  return *this;
}

TcpSession& TcpSession::forge(Forged kind, Side side, std::int32_t off, const Buffer& bytes) {
  const std::uint32_t sequence = next(side) + static_cast<std::uint32_t>(off);
  const bool acknowledges = kind != Forged::kSyn && kind != Forged::kWithoutAck;
  TcpPacket forged = acknowledges ? packet(side, sequence) : first(side, sequence);
  if (kind == Forged::kSyn || kind == Forged::kSynAck) forged.syn();
  if (kind == Forged::kReset) forged.rst();
  if (kind == Forged::kFin) forged.fin();
  add(side, forged.payload(bytes));
  return *this;
}

TcpSession& TcpSession::lose(Side side, std::size_t n) {
  next(side) += static_cast<std::uint32_t>(n);
  return *this;
}

TcpSession& TcpSession::repeat() {
  capture_ = join(capture_, capture_);
  time_.us = capture_.back().time.us + kBetweenPacketsUs;
  return *this;
}

Capture said(const Talk& talk, Ends ends) {
  return TcpSession(std::move(ends)).open().say(talk).finish().capture();
}

Capture only(Side side, const Capture& capture) {
  Capture kept;
  for (const Sent& sent : capture)
    if (sent.side == side) kept.push_back(sent);
  return kept;
}

Capture join(Capture first, const Capture& second) {
  std::int64_t later = 0;
  if (!first.empty() && !second.empty())
    later = first.back().time.us + kBetweenPacketsUs - second.front().time.us;
  first.reserve(first.size() + second.size());
  for (Sent sent : Capture(second)) {
    sent.time.us += std::max<std::int64_t>(later, 0);
    first.push_back(std::move(sent));
  }
  return first;
}

Capture interleave(const Capture& a, const Capture& b) {
  Capture both;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < a.size()) both.push_back(a[i]);
    if (i < b.size()) both.push_back(b[i]);
  }
  std::int64_t time = a.empty() ? 0 : a.front().time.us;
  for (Sent& sent : both) sent.time.us = std::exchange(time, time + kBetweenPacketsUs);
  return both;
}

}  // namespace rpcsieve::forge
