#pragma once

#include <string>
#include <string_view>

#include "runtime/base/counters.h"
#include "runtime/base/framer.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/framing.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {

// Trace runs bytes of both sides through a Framer and an Association and writes down each event on
// a line. Requests are numbered, and known by that number afterwards:
//   #1 call=7 ctx=0 op=43 if=lsarpc bound stub=2 frags=1: 0a0b
//   #1 response 00000000
//   #1 fault 00000005
//   #1 dropped
// Security tokens are written down apart:
//   new ntlm/integrity auth_ctx=1 c>s a0a1
class Trace {
 public:
  explicit Trace(const Limits& limits = {}) : limits_(limits), association_(limits_, counters_) {}

  Trace& push(Bytes bytes) {
    framer_.push(bytes, Timestamp{++time_});
    return drain(), *this;
  }
  // lose says that bytes of that side, and with them the place in its stream, are missing.
  Trace& lose(std::uint64_t n, bool from_client) {
    framer_.gap(n);
    drain();
    if (framer_.lost()) association_.gap(from_client);
    return *this;
  }
  // end is the end of a capture. It drops every call that is still in flight, which is not worth a
  // line each.
  Trace& end() {
    framer_.end();
    drain();
    association_.flush();
    while (const auto event = association_.next()) {
      if (event->kind == Event::Kind::kDropped)
        dropped_at_end_ += 1;
      else
        write(*event);
    }
    return *this;
  }
  [[nodiscard]] std::size_t dropped_at_end() const { return dropped_at_end_; }
  Trace& reset() { return association_.reset(), framer_.reset(), *this; }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& tokens() const { return tokens_; }
  [[nodiscard]] std::uint64_t count(Counter counter) const { return counters_[counter]; }

 private:
  void drain() {
    while (const auto frame = framer_.next(Framing())) {
      association_.push(*frame);
      take();
    }
  }
  void take() {
    while (const auto event = association_.next()) write(*event);
  }
  void write(const Event& event) {
    const bool token = event.kind == Event::Kind::kAuth;
    (token ? tokens_ : text_) += (token ? token_line(event) : line(event)) + '\n';
  }

  std::string line(const Event& event) {
    if (event.kind == Event::Kind::kRequest) {
      *event.mark = ++requests_;
      return '#' + std::to_string(requests_) + ' ' + named(print(event.call)) +
             (event.call.bind_seen ? "" : " nobind") + ": " + digits(event.stub);
    }
    const std::string number = '#' + std::to_string(event.token) + ' ';
    if (event.kind == Event::Kind::kDropped) return number + "dropped";
    return number + describe(event.answer);
  }

  static std::string token_line(const Event& event) {
    return std::string(event.begins ? "new " : "") + name(event.auth.type) + '/' +
           name(event.auth.level) + " auth_ctx=" + std::to_string(event.auth.context_id) +
           (event.from_client ? " c>s " : " s>c ") + digits(event.auth_value);
  }

  static std::string describe(const Answer& answer) {
    const bool fault = answer.kind == Answer::Kind::kFault;
    const std::string kind = fault ? "fault " : "response ";
    if (!answer.readable) return kind + "unreadable";
    return kind + number(fault ? answer.status : answer.tail);
  }

  static std::string number(std::uint32_t value) {
    const test::Buffer bytes = test::Wire(Endian::kBig).u32(value).build();
    return digits(bytes);
  }

  static std::string digits(Bytes bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 15]};
    return text;
  }

  // named puts names in place of the interfaces that the tests use.
  static std::string named(std::string text) {
    replace(text, rpcsieve::print(test::kLsarpc.uuid) + "/0.0", "lsarpc");
    replace(text, rpcsieve::print(test::kSamr.uuid) + "/1.0", "samr");
    return text;
  }

  static void replace(std::string& text, std::string_view from, std::string_view to) {
    if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  }

  Limits limits_;
  Counters counters_;
  Framer framer_{counters_.memory()};
  Association association_;
  std::string text_;
  std::string tokens_;
  std::size_t dropped_at_end_ = 0;
  std::uint32_t requests_ = 0;
  std::int64_t time_ = 0;
};

}  // namespace rpcsieve::dcerpc
