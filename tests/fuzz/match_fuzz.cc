// A matcher with a database of unknown origin (its checksums made right): what the loader let
// through must not lead it astray, and what it says must not depend on what it was asked before.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/database/seal.h"
#include "runtime/match/bind.h"
#include "runtime/match/file.h"
#include "runtime/match/matcher.h"
#include "tests/support/walk.h"

namespace {

using namespace rpcsieve;
using dcerpc::KnownBy;
using match::Hit;
using test::must;

using File = std::vector<std::uint8_t>;

File repair(File file) {
  if (file.size() < sizeof(database::Header)) return file;
  database::Header header;
  std::memcpy(&header, file.data(), sizeof header);
  header.file_length = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  database::seal(file);
  return file;
}

// The file's own bytes, and what the rules of the corpus look for.
File make_stub(const File& file) {
  File stub = file;
  for (const char c : std::string("G$BCKUPKEY_Zero")) {
    stub.push_back(static_cast<std::uint8_t>(c));
    stub.push_back(0);
  }
  return stub;
}

// Calls of every kind to the interfaces of a database.
class Asker {
 public:
  Asker(const database::Database& database, const match::Matcher& matcher, Bytes stub)
      : database_(database), matcher_(matcher), scratch_(matcher.make_scratch()), stub_(stub) {
    must(scratch_ != nullptr);
  }

  void ask_all() {
    for (const auto& row : database_.interfaces())
      for (const auto known_by : {KnownBy::kBound, KnownBy::kUnknown, KnownBy::kRejected})
        for (const unsigned opnum : {0U, 12U, 43U}) ask(row, known_by, opnum);
    for (const auto& row : database_.binds()) offer(row);
    for (const auto result : {database::Result::kSuccess, database::Result::kDenied}) open(result);
  }

 private:
  void ask(const database::InterfaceRow& row, KnownBy known_by, unsigned opnum) {
    dcerpc::Call call;
    call.interface = {row.uuid, row.version_major, row.version_minor};
    call.known_by = known_by;
    call.opnum = static_cast<std::uint16_t>(opnum);
    call.complete = opnum != 12;
    call.sealed = opnum == 0;
    if (opnum == 0) call.auth = {dcerpc::AuthType::kNtlm, dcerpc::AuthLevel::kPrivacy};
    const std::vector<Hit> first = hits(call);
    check(call, first);
    const std::vector<Hit> second = hits(call);
    must(first.size() == second.size());
    for (std::size_t i = 0; i < first.size(); ++i)
      must(first[i].stub_match == second[i].stub_match);
  }

  void offer(const database::BindRow& row) {
    const dcerpc::InterfaceId id{row.interface, row.version_major_first, 0};
    const IpAddress nobody;
    std::vector<Hit> hits;
    match::match_offer(database_, {id, match::Transport::kTcp, "", nobody, nobody}, hits);
    for (const Hit& hit : hits) {
      must(hit.condition < database_.binds().size());
      must(database_.binds()[hit.condition].interface == row.interface);
      check_step(hit);
    }
  }

  void open(database::Result result) {
    const IpAddress nobody;
    std::vector<Hit> hits;
    match::match_file(database_, {"\\\\dc\\ADMIN$", "Windows\\a.exe", 2, result, nobody, nobody},
                      hits);
    for (const Hit& hit : hits) {
      must(hit.condition < database_.files().size());
      check_step(hit);
    }
  }

  void check_step(const Hit& hit) const {
    must(hit.detection < database_.detections().size());
    must(hit.step < database_.detections()[hit.detection].steps);
  }

  std::vector<Hit> hits(const dcerpc::Call& call) {
    const IpAddress client, server;
    std::vector<Hit> hits;
    matcher_.match({call, stub_, match::Transport::kSmb, "lsarpc", client, server}, *scratch_,
                   counters_, hits);
    return hits;
  }

  void check(const dcerpc::Call& call, const std::vector<Hit>& hits) const {
    must(hits.empty() || matcher_.watches(call));
    must(hits.empty() || call.known_by != KnownBy::kRejected);
    for (std::size_t i = 0; i < hits.size(); ++i) {
      must(hits[i].detection < database_.detections().size());
      must(i == 0 || hits[i - 1].detection <= hits[i].detection);
      check_step(hits[i]);
      must(hits[i].inferred == (call.known_by == KnownBy::kUnknown));
      must(!hits[i].inferred || hits[i].stub_match == match::StubMatch::kMatched);
    }
  }

  const database::Database& database_;
  const match::Matcher& matcher_;
  std::unique_ptr<match::Scratch> scratch_;
  Bytes stub_;
  Counters counters_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string error;
  const File file(data, data + size);
  const auto database = database::Database::load(repair(file), error);
  if (!database) return 0;
  const auto matcher = match::Matcher::create(*database, error);
  must((matcher == nullptr) == !error.empty());
  const File stub = make_stub(file);
  if (matcher) Asker(*database, *matcher, stub).ask_all();
  return 0;
}
