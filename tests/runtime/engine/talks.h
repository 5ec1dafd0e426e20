#pragma once

#include <string>

#include "tests/support/forge.h"
#include "tests/support/sensor.h"

namespace rpcsieve::test {

// Conversations that the engine's tests share, and their parts.

inline const Syntax kSvcctl = {parse_uuid("367abb81-9844-35f1-ad32-98f038001003").value(), 2, 0};

constexpr std::uint32_t kWin32Denied = 5;
constexpr std::uint32_t kStatusDenied = 0xc0000022;

inline Turn c(const Buffer& bytes) { return {Side::kClient, bytes}; }
inline Turn s(const Buffer& bytes) { return {Side::kServer, bytes}; }

inline Talk operator+(Talk left, const Talk& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// A policy handle, then a name: the stub of LsarRetrievePrivateData, near enough. 42 bytes.
inline Buffer key_stub() { return Wire().zeros(20).utf16("G$BCKUPKEY_").build(); }
inline Buffer other_stub() { return Wire().zeros(20).utf16("DefaultPass").build(); }

// answer is the stub of a response: some bytes, then the return code.
inline Buffer answer(std::uint32_t code) { return Wire().zeros(8).u32(code).build(); }

// bound is the talk that gives a connection its context 0.
inline Talk bound(const Syntax& interface = kLsarpc) {
  return {c(bind(1).context(0, interface).build()), s(bind_ack(1).result(kAccepted).build())};
}

inline Talk called(std::uint32_t id, std::uint16_t opnum, const Buffer& stub, std::uint32_t code) {
  return {c(request(id).opnum(opnum).stub(stub).build()),
          s(response(id).stub(answer(code)).build())};
}

inline Talk key_read_over_tcp() { return bound() + called(2, 43, key_stub(), 0); }

// The same over a pipe, in each of the ways that SMB has for it. Port 445 is not needed.
inline Talk over_smb2_ioctl(const Talk& rpc, std::string_view pipe = "lsarpc") {
  using namespace smb2;
  Talk talk = {c(tree_connect("\\\\dc\\IPC$").tree(0).build()),
               s(tree_connect_response(ShareType::kPipe).build()), c(create(pipe).id(2).build()),
               s(create_response(7).id(2).build())};
  std::uint64_t id = 10;
  for (std::size_t i = 0; i + 1 < rpc.size(); i += 2, ++id) {
    talk.push_back(c(transceive(7, rpc[i].bytes).id(id).build()));
    talk.push_back(s(transceive_response(7, rpc[i + 1].bytes).id(id).build()));
  }
  return talk + Talk{c(close(7).id(3).build()), s(close_response().id(3).build())};
}

inline Talk over_smb2_write(const Talk& rpc, std::string_view pipe = "lsarpc") {
  using namespace smb2;
  Talk talk = {c(tree_connect("\\\\dc\\IPC$").tree(0).build()),
               s(tree_connect_response(ShareType::kPipe).build()), c(create(pipe).id(2).build()),
               s(create_response(7).id(2).build())};
  std::uint64_t id = 10;
  for (const Turn& turn : rpc) {
    const auto size = static_cast<std::uint32_t>(turn.bytes.size());
    const bool asks = turn.side == Side::kClient;
    talk.push_back(c((asks ? write(7, turn.bytes) : read(7)).id(id).build()));
    talk.push_back(s((asks ? write_response(size) : read_response(turn.bytes)).id(id).build()));
    ++id;
  }
  return talk;
}

inline Talk over_smb1_transaction(const Talk& rpc, std::string_view pipe = "\\lsarpc") {
  using namespace smb1;
  Talk talk = {c(tree_connect_andx("\\\\dc\\IPC$").tree(0).id(1).build()),
               s(tree_connect_andx_response("IPC").id(1).build()), c(nt_create(pipe).id(2).build()),
               s(nt_create_response(7).id(2).build())};
  std::uint16_t id = 10;
  for (std::size_t i = 0; i + 1 < rpc.size(); i += 2, ++id) {
    talk.push_back(c(transact(7, rpc[i].bytes).id(id).build()));
    talk.push_back(s(transact_response(rpc[i + 1].bytes).id(id).build()));
  }
  return talk;
}

// long_talk has what can be cut: several contexts, a request in fragments, calls in flight, and
// answers of all kinds. Four calls, all of which alert.
inline Talk long_talk() {
  Talk talk = {c(bind(1).context(0, kLsarpc).context(1, kSvcctl, {kNdr, kNdr64}).build()),
               s(bind_ack(1).result(kAccepted).result(kAccepted).build()),
               c(request(2).opnum(43).first().stub(Buffer(900, 'a')).build() +
                 request(2).opnum(43).middle().stub(key_stub()).build() +
                 request(2).opnum(43).last().stub(Buffer(500, 'z')).build()),
               s(response(2).first().stub(Buffer(1200, 'r')).build() +
                 response(2).last().stub(answer(kStatusDenied)).build()),
               c(request(3).context_id(1).opnum(12).stub(other_stub()).build() +
                 request(4).opnum(43).stub(key_stub()).build()),
               s(fault(4).status(0x1c010002).build() + response(3).stub(answer(5)).build())};
  return talk + called(5, 28, Wire().text("a SECRET").build(), 0);
}

// Conversation is a talk and between whom.
struct Conversation {
  const char* name;
  Talk talk;
  Ends ends;
  std::size_t records;  // that it gives: calls and alerts
};

inline std::vector<Conversation> conversations() {
  const Ends smb = {"10.0.0.5", 49153, "10.0.0.1", 445};
  const Talk second = over_smb2_ioctl(bound(kSvcctl) + called(2, 12, other_stub(), 0), "svcctl");
  return {{"RPC/TCP", long_talk(), {}, 8},
          {"SMB2", over_smb2_write(long_talk()) + second, smb, 10},
          {"SMB1", over_smb1_transaction(long_talk()), {"10.0.0.5", 49154, "10.0.0.1", 139}, 8}};
}

}  // namespace rpcsieve::test
