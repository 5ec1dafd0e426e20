#include "tools/suite/native.h"

#include <fmt/format.h>

#include "compiler/backend/backend.h"
#include "compiler/catalog/catalog.h"
#include "runtime/alert/eve.h"
#include "runtime/capture/reader.h"
#include "runtime/engine/dealer.h"

namespace rpcsieve::suite {
namespace {

// print_user gives LAB\alice@CL1, LAB.TEST cifs/dc1, or nobody; "machine" follows if it is one.
std::string print_user(const auth::Identity& user) {
  std::string text;
  const auto add = [&text](std::string_view word) {
    if (!word.empty()) text += (text.empty() ? "" : " ") + std::string(word);
  };
  if (!user.name.empty() || !user.domain.empty() || !user.workstation.empty())
    add(fmt::format("{}\\{}@{}", user.domain.view(), user.name.view(), user.workstation.view()));
  add(user.realm.view());
  add(user.service.view());
  if (user.is_machine()) add("machine");
  return text.empty() ? "nobody" : text;
}

Facts failed(std::string why) {
  Facts facts;
  facts.failure = std::move(why);
  return facts;
}

}  // namespace

struct Native::State {
  explicit State(database::Database&& loaded) : database(std::move(loaded)) {}

  void take(const alert::Record& record) {
    if (const auto* call = std::get_if<alert::CallRecord>(&record)) {
      ++facts.calls;
      ++facts.outcomes[std::string(dcerpc::name(call->outcome.result))];
      ++facts.users[print_user(call->user)];
    } else if (const auto* alert = std::get_if<alert::Alert>(&record)) {
      facts.alerts.push_back(nlohmann::json::parse(alert::eve_alert(*alert, database, "")));
    } else if (std::holds_alternative<alert::BlindSpot>(record)) {
      ++facts.anomalies;
    }
  }

  const database::Database database;
  std::unique_ptr<match::Matcher> matcher;
  std::unique_ptr<engine::Dealer> dealer;  // made once: captures are many, and most are short
  Facts facts;
};

std::unique_ptr<Native> Native::create(const compiler::RuleSet& rules, std::string& error) {
  compiler::Diagnostics diagnostics;
  auto bytes =
      compiler::emit_database(rules.ir, rules.sids, compiler::Catalog::builtin(), {}, diagnostics);
  if (!bytes) {
    for (const auto& diagnostic : diagnostics.sorted()) error += compiler::print(diagnostic);
    return nullptr;
  }
  auto database = database::Database::load(std::move(*bytes), error);
  if (!database) return nullptr;
  auto state = std::make_unique<State>(std::move(*database));
  state->matcher = match::Matcher::create(state->database, error);
  if (!state->matcher) return nullptr;
  const engine::Options options{.limits = {}, .every_call = true};
  state->dealer = std::make_unique<engine::Dealer>(
      state->database, *state->matcher, options, 1,
      [own = state.get()](const alert::Record& record) { own->take(record); });
  return std::unique_ptr<Native>(new Native(std::move(state)));
}

Native::Native(std::unique_ptr<State> state) : state_(std::move(state)) {}
Native::~Native() = default;

Facts Native::run(const std::string& capture) {
  state_->facts = {};
  std::string error;
  const auto reader = capture::Reader::open(capture, error);
  if (!reader) return failed(error);
  const auto link = static_cast<packet::LinkType>(reader->link_type());
  if (!packet::is_known(link))
    return failed(fmt::format("unknown link type {}", reader->link_name()));
  for (auto run = reader->next(); !run.empty(); run = reader->next())
    for (const Captured& packet : run)
      state_->dealer->push(link, packet.bytes, packet.wire_len, packet.time);
  state_->dealer->finish();
  state_->facts.failure = reader->damage();
  return std::move(state_->facts);
}

Facts Native::run(std::span<const Captured> frames) {
  state_->facts = {};
  for (const Captured& frame : frames)
    state_->dealer->push(packet::LinkType::kEthernet, frame.bytes, frame.wire_len, frame.time);
  state_->dealer->finish();
  return std::move(state_->facts);
}

const database::Database& Native::database() const { return state_->database; }
const match::Matcher& Native::matcher() const { return *state_->matcher; }

}  // namespace rpcsieve::suite
