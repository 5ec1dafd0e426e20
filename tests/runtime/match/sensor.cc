// The whole runtime of a database without the compiler, as in the sensor: load a file, match a
// call.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "runtime/match/matcher.h"

namespace {

using namespace rpcsieve;

std::vector<std::uint8_t> read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::uint8_t> utf16(std::string_view text) {
  std::vector<std::uint8_t> out;
  for (const char c : text) {
    out.push_back(static_cast<std::uint8_t>(c));
    out.push_back(0);
  }
  return out;
}

// count_hits matches an LsarRetrievePrivateData of that name over the pipe lsarpc.
std::size_t count_hits(const match::Matcher& matcher, std::string_view secret) {
  dcerpc::Call call;
  call.interface.uuid = parse_uuid("12345778-1234-abcd-ef00-0123456789ab").value();
  call.known_by = dcerpc::KnownBy::kBound;
  call.opnum = 43;
  call.complete = true;
  const std::vector<std::uint8_t> stub = utf16(secret);
  const IpAddress client, server;
  Counters counters;
  std::vector<match::Hit> hits;
  const auto scratch = matcher.make_scratch();
  matcher.match({call, stub, match::Transport::kSmb, "lsarpc", client, server}, *scratch, counters,
                hits);
  return hits.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s DATABASE\n", argv[0]), 2;
  std::string error;
  const auto database = database::Database::load(read(argv[1]), error);
  const auto matcher = database ? match::Matcher::create(*database, error) : nullptr;
  if (!matcher) return std::fprintf(stderr, "%s: %s\n", argv[1], error.c_str()), 1;
  if (count_hits(*matcher, "G$BCKUPKEY_PREFERRED") == 1 && count_hits(*matcher, "G$OTHER") == 0)
    return 0;
  return std::fprintf(stderr, "the database does not match as it should\n"), 1;
}
