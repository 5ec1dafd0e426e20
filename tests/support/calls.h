#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/match/matcher.h"
#include "tests/support/forge.h"

namespace rpcsieve::test {

// CallBuilder builds what the matcher is asked about: a call over SMB with a known interface, all
// of its stub captured, from 10.0.0.5 to 10.0.0.1, unless it says otherwise.
class CallBuilder {
 public:
  CallBuilder(std::string_view interface, std::uint16_t opnum, Buffer stub = {});

  CallBuilder& version(std::uint16_t major);
  CallBuilder& known_by(dcerpc::KnownBy known_by);  // kUnknown also takes the interface away
  CallBuilder& transport(match::Transport transport);
  CallBuilder& pipe(std::string_view name);
  CallBuilder& object(std::string_view uuid);
  CallBuilder& from(std::string_view address);
  CallBuilder& to(std::string_view address);
  CallBuilder& auth(dcerpc::AuthType type, dcerpc::AuthLevel level);
  CallBuilder& sealed();
  CallBuilder& cut();  // what is there of the stub is not all of it

  [[nodiscard]] match::Subject subject() const {
    return {call_, stub_, transport_, pipe_, client_, server_};
  }
  [[nodiscard]] const dcerpc::Call& call() const { return call_; }

 private:
  dcerpc::Call call_;
  Buffer stub_;
  match::Transport transport_ = match::Transport::kSmb;
  std::string pipe_;
  IpAddress client_, server_;
};

// print_hits gives hits as text, by the names of the detections and the numbers of their
// alternatives behind the first: "a matched; b/1 unread inferred".
std::string print_hits(const database::Database& database, const std::vector<match::Hit>& hits);

}  // namespace rpcsieve::test
