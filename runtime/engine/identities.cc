// A first session setup has no session yet, or SMB1 clients put any number there: the answer says
// which one it is for. So a logon begins under the request's id and goes on under its session.
// Where answers are missing, the session that the client names later has to do.
#include "runtime/engine/identities.h"

namespace rpcsieve::engine {
namespace {

using Setup = smb::Event::Setup;

const auth::Identity kUnknown;

auth::Identity account_of(const smb::Event& request) {
  const auto read = request.utf16 ? auth::read_utf16 : auth::read_oem;
  auth::Identity account;
  account.name = read(request.account);
  account.domain = read(request.domain);
  return account;
}

auth::Package package_of(dcerpc::AuthType type) {
  return type == dcerpc::AuthType::kNetlogon ? auth::Package::kNetlogon : auth::Package::kGeneric;
}

}  // namespace

std::uint64_t hash(const LogonKey& key) {
  return smb::mix(key.flow_id ^ smb::mix(key.number + (key.opening ? 1 : 0)));
}

Sessions::Sessions(const Limits& limits, Counters& counters, Logons& logons)
    : counters_(counters),
      users_(limits.smb_users, counters, Counter::smb_users_dropped),
      logons_(logons) {}

Logon& Sessions::put(const LogonKey& key, const Logon& logon) {
  return logons_.put(key, logon,
                     [&](const Logon&) { counters_.count(Counter::smb_users_dropped); });
}

void Sessions::take(const smb::Event& event) {
  if (event.kind == smb::Event::Kind::kLogoff) {
    users_.erase(event.session);
    logons_.erase(known(event.session));
  } else if (event.setup == Setup::kAsked) {
    ask(event);
  } else {
    answer(event);
  }
}

void Sessions::ask(const smb::Event& request) {
  asked_ = true;
  Logon* logon = logons_.find(known(request.session));
  const bool begins = logon == nullptr;
  if (begins) logon = &put(opening(request.id), {});
  logon->exchange.push(request.data, true);
  if (!request.account.empty() || !request.domain.empty()) logon->account = account_of(request);
  if (begins && request.session != 0) put(known(request.session), Logon(*logon));
}

void Sessions::answer(const smb::Event& answer) {
  answered_ = true;
  if (const Logon* begun = logons_.find(opening(answer.id))) {
    put(known(answer.session), Logon(*begun));
    logons_.erase(opening(answer.id));
  }
  Logon* logon = logons_.find(known(answer.session));
  if (answer.setup == Setup::kGoesOn) {
    if (logon != nullptr) logon->exchange.push(answer.data, false);
    return;
  }
  if (answer.setup == Setup::kDone) {
    // Who logged on without being captured is not who did before.
    users_.make(answer.session, logon != nullptr ? logon->user() : auth::Identity());
  }
  logons_.erase(known(answer.session));
}

const auth::Identity* Sessions::user(std::uint64_t session) {
  if (const auth::Identity* user = users_.find(session)) return user;
  if (!asked_ || answered_) return nullptr;
  const Logon* logon = logons_.find(known(session));
  return logon == nullptr ? nullptr : &logon->user();
}

// Logons that are not over are left to be forgotten: no other connection has this one's number.
void Sessions::reset() {
  users_.clear();
  asked_ = answered_ = false;
}

Associates::Associates(const Limits& limits, Counters& counters)
    : contexts_(limits.dcerpc_auth_contexts, counters, Counter::dcerpc_auth_contexts_dropped) {}

void Associates::take(const dcerpc::Event& event) {
  auth::Exchange* context = event.begins ? nullptr : contexts_.find(event.auth.context_id);
  if (context == nullptr) context = &contexts_.make(event.auth.context_id);
  context->push(event.auth_value, event.from_client, package_of(event.auth.type));
}

const auth::Identity* Associates::user(const dcerpc::Auth& auth) {
  if (auth.type == dcerpc::AuthType::kNone) return nullptr;
  const auth::Exchange* context = contexts_.find(auth.context_id);
  return context == nullptr ? &kUnknown : &context->identity();
}

}  // namespace rpcsieve::engine
