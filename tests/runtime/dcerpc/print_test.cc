#include <gtest/gtest.h>

#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {
namespace {

Call example() {
  Call call;
  call.call_id = 7;
  call.context_id = 1;
  call.opnum = 43;
  call.interface.uuid = parse_uuid("12345778-1234-abcd-ef00-0123456789ab").value();
  call.known_by = KnownBy::kBound;
  call.stub_len = 44;
  call.fragments = 1;
  call.complete = true;
  return call;
}

TEST(PrintCall, Plain) {
  EXPECT_EQ(print(example()),
            "call=7 ctx=1 op=43 if=12345778-1234-abcd-ef00-0123456789ab/0.0 bound stub=44 frags=1");
}

TEST(PrintCall, EverythingElse) {
  Call call = example();
  call.interface.version_major = 3;
  call.interface.version_minor = 2;
  call.has_object = true;
  call.object = parse_uuid("00000000-0000-0000-0000-000000000001").value();
  call.auth = {AuthType::kNtlm, AuthLevel::kPrivacy};
  call.sealed = true;
  call.complete = false;
  EXPECT_EQ(print(call),
            "call=7 ctx=1 op=43 if=12345778-1234-abcd-ef00-0123456789ab/3.2 bound stub=44 frags=1"
            " object=00000000-0000-0000-0000-000000000001 auth=ntlm/privacy sealed cut");
}

TEST(PrintCall, UnknownInterface) {
  Call call = example();
  call.interface = {};
  call.known_by = KnownBy::kUnknown;
  EXPECT_EQ(print(call), "call=7 ctx=1 op=43 if=- unknown stub=44 frags=1");
}

TEST(Names, AreThoseOfTheRecords) {
  EXPECT_EQ(name(KnownBy::kBound), "bound");
  EXPECT_EQ(name(KnownBy::kOffered), "offered");
  EXPECT_EQ(name(KnownBy::kPipe), "pipe");
  EXPECT_EQ(name(KnownBy::kEndpoint), "endpoint");
  EXPECT_EQ(name(KnownBy::kUnknown), "unknown");
  EXPECT_EQ(name(KnownBy::kRejected), "rejected");
  EXPECT_EQ(name(Result::kUnanswered), "unanswered");
  EXPECT_EQ(name(Result::kAnswered), "answered");
  EXPECT_EQ(name(Result::kSuccess), "success");
  EXPECT_EQ(name(Result::kDenied), "denied");
  EXPECT_EQ(name(Result::kFailed), "failed");
  EXPECT_EQ(name(Result::kFault), "fault");
}

TEST(Names, OfTheWiresNumbers) {
  const std::pair<int, std::string_view> types[] = {
      {0, "none"},      {9, "spnego"},    {10, "ntlm"}, {14, "schannel"},
      {16, "kerberos"}, {68, "netlogon"}, {1, "1"},     {255, "255"}};
  for (const auto& [value, want] : types) EXPECT_EQ(name(static_cast<AuthType>(value)), want);
  const std::pair<int, std::string_view> levels[] = {
      {0, "connect"},   {1, "none"},    {2, "connect"}, {3, "call"}, {4, "packet"},
      {5, "integrity"}, {6, "privacy"}, {7, "7"},       {255, "255"}};
  for (const auto& [value, want] : levels) EXPECT_EQ(name(static_cast<AuthLevel>(value)), want);
}

}  // namespace
}  // namespace rpcsieve::dcerpc
