// A detection waits for one event, for several in order, or for many. So a case is a story of the
// events that it waits for; near misses have one of them replaced by a near miss of it, or one too
// few, or all of them but too late, in another order, or by different hosts.
#include "tools/cases/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "runtime/alert/record.h"
#include "tools/cases/event.h"
#include "tools/cases/fit.h"
#include "tools/cases/hosts.h"

namespace rpcsieve::cases {
namespace {

using compiler::Detection;
using forge::Transport;

// The transports that every case is forged on, and those that only the plainest is.
constexpr Transport kTransports[] = {Transport::kTcp, Transport::kUdp, Transport::kSmb1Trans,
                                     Transport::kSmb2Ioctl};
constexpr Transport kMoreTransports[] = {Transport::kSmb1Write, Transport::kSmb2WriteRead,
                                         Transport::kSmb311};

constexpr std::int64_t kSecond = 1'000'000;

std::uint8_t bit_of(Transport transport) {
  return static_cast<std::uint8_t>(transport_bit(transport));
}

// Maker makes the cases of one detection.
class Maker {
 public:
  Maker(const compiler::Ir& ir, Judge& judge, const Detection& detection, std::uint32_t& next_host)
      : ir_(ir), judge_(judge), detection_(detection), next_host_(next_host) {}

  Cases make() {
    if (!prepare()) return std::move(cases_);
    unsigned claimed = 0;
    for (const compiler::Step& step : detection_.steps) claimed |= claims(step);
    for (const Transport transport : kTransports) {
      if ((claimed & bit_of(transport)) == 0) {
        unclaimed(transport);
        continue;
      }
      add(transport, true, "", plain(transport));
      vary(transport, true);
      vary(transport, false);
      history(transport);
      addresses(transport);
      demand(transport);
    }
    for (const Transport transport : kMoreTransports)
      if ((claimed & bit_of(transport)) != 0) add(transport, true, "", plain(transport));
    return std::move(cases_);
  }

 private:
  // Chosen is the event of each step.
  using Chosen = std::vector<const Event*>;

  bool prepare() {
    const auto hosts = next_hosts();
    if (!hosts) {
      refuse("no address fits from and to: an empty variable matches nobody");
      return false;
    }
    if (detection_.count && detection_.steps.size() > 1) {
      refuse("a counted sequence");
      return false;
    }
    if (detection_.count && detection_.count->at_least > kMaxCounted) {
      refuse(fmt::format("a count of more than {}", kMaxCounted));
      return false;
    }
    const Context context{ir_, detection_, judge_, *hosts};
    for (std::size_t step = 0; step < detection_.steps.size(); ++step) {
      steps_.push_back(events_of(context, step));
      for (const std::string& why : steps_.back().refused) refuse(why);
      if (steps_.back().fitting.empty()) {
        refuse(fmt::format("step {}: nothing fits", step + 1));
        return false;
      }
    }
    return true;
  }

  void refuse(const std::string& why) { cases_.refused.push_back(why); }

  std::optional<forge::Hosts> next_hosts() {
    const auto client = address_of(detection_.from, next_host_++);
    const auto server = address_of(detection_.to, next_host_++);
    if (!client || !server) return std::nullopt;
    return forge::Hosts{print(*client), print(*server)};
  }

  // on is the transport of an event in a story on another transport.
  static Transport on(const Event& event, Transport wanted) {
    if ((event.transports & bit_of(wanted)) != 0) return wanted;
    for (const Transport transport : {Transport::kSmb2Ioctl, Transport::kTcp, Transport::kUdp})
      if ((event.transports & bit_of(transport)) != 0) return transport;
    return wanted;
  }

  [[nodiscard]] Chosen plainest(Transport transport) const {
    Chosen chosen;
    for (const Events& events : steps_) {
      const auto at = std::find_if(
          events.fitting.begin(), events.fitting.end(),
          [&](const Event& event) { return (event.transports & bit_of(transport)) != 0; });
      chosen.push_back(at == events.fitting.end() ? &events.fitting.front() : &*at);
    }
    return chosen;
  }

  // so_long is how long the events of a story may take, and some.
  [[nodiscard]] std::int64_t window() const {
    return detection_.count ? detection_.count->within_us : detection_.within_us;
  }

  // story_of puts events at equal distances; of a count there is one, made as often as it asks for.
  forge::Story story_of(const Chosen& chosen, Transport transport, const forge::Hosts& hosts) {
    const std::int64_t half = window() / 2;
    if (detection_.count)
      return many(*chosen.front(), transport, hosts, detection_.count->at_least,
                  half / detection_.count->at_least, 0);
    forge::Story story;
    const std::int64_t between = half / static_cast<std::int64_t>(chosen.size());
    for (const Event* event : chosen)
      story.push_back({on(*event, transport), hosts,
                       between * static_cast<std::int64_t>(story.size()), event->what});
    return story;
  }

  // many makes an event so often: calls on one connection, others on one each.
  static forge::Story many(const Event& event, Transport transport, const forge::Hosts& hosts,
                           std::uint32_t times, std::int64_t every_us, std::int64_t at_us) {
    forge::Visit visit{on(event, transport), hosts, at_us, event.what};
    auto* dealing = std::get_if<forge::Dealing>(&visit.what);
    if (dealing != nullptr && dealing->calls > 0) {
      dealing->calls = times;
      dealing->every_us = every_us;
      return {visit};
    }
    forge::Story story;
    for (std::uint32_t i = 0; i < times; ++i, visit.at_us += every_us) story.push_back(visit);
    return story;
  }

  forge::Story plain(Transport transport) {
    return story_of(plainest(transport), transport, *next_hosts());
  }

  void add(Transport transport, bool alerts, const std::string& what, forge::Story story) {
    if (story.empty()) return;
    std::string name = fmt::format("{}-{}{}{}", forge::name(transport), alerts ? "alerts" : "quiet",
                                   what.empty() ? "" : "-", what);
    const std::size_t times = ++names_[name];
    if (times > 1) name += fmt::format("-{}", times);
    cases_.all.push_back({detection_.name, name, transport, alerts, std::move(story)});
  }

  // vary replaces the event of each step by each of its other events.
  void vary(Transport transport, bool alerts) {
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      for (const Event& event : alerts ? steps_[step].fitting : steps_[step].missing) {
        Chosen chosen = plainest(transport);
        if ((event.transports & bit_of(transport)) == 0 || chosen[step] == &event) continue;
        chosen[step] = &event;
        add(transport, alerts, event.name, story_of(chosen, transport, *next_hosts()));
      }
    }
  }

  // unclaimed makes what a detection must not alert on since it claims another transport.
  void unclaimed(Transport transport) {
    if (steps_.size() == 1) vary(transport, false);
  }

  void history(Transport transport) {
    if (detection_.count) counts(transport);
    if (detection_.steps.size() > 1) sequences(transport);
  }

  void counts(Transport transport) {
    const Event& event = *plainest(transport).front();
    const auto& count = *detection_.count;
    if (count.at_least < 2) return;
    const std::int64_t soon = count.within_us / 2 / count.at_least;
    const std::int64_t seldom = count.within_us / (count.at_least - 1) + 1;
    add(transport, false, "one-short",
        many(event, transport, *next_hosts(), count.at_least - 1, soon, 0));
    add(transport, false, "too-seldom",
        many(event, transport, *next_hosts(), count.at_least, seldom, 0));
    shared(transport, "other-client", (count.by & compiler::kByClient) != 0, true, event);
    shared(transport, "other-server", (count.by & compiler::kByServer) != 0, false, event);
  }

  // shared makes the last event of a count with another client or server, which counts only where
  // the detection does not tell them apart.
  void shared(Transport transport, const std::string& what, bool apart, bool client,
              const Event& event) {
    const auto& count = *detection_.count;
    const std::int64_t soon = count.within_us / 2 / count.at_least;
    forge::Hosts hosts = *next_hosts();
    forge::Story story = many(event, transport, hosts, count.at_least - 1, soon, 0);
    const forge::Hosts others = *next_hosts();
    (client ? hosts.client : hosts.server) = client ? others.client : others.server;
    for (forge::Visit& visit : many(event, transport, hosts, 1, 0, count.within_us * 3 / 4))
      story.push_back(visit);
    if (story.front().hosts.client == hosts.client && story.front().hosts.server == hosts.server)
      return;
    add(transport, !apart, what, std::move(story));
  }

  void sequences(Transport transport) {
    const Chosen chosen = plainest(transport);
    for (std::size_t step = 0; step < chosen.size(); ++step) {
      forge::Story story = story_of(chosen, transport, *next_hosts());
      story.erase(story.begin() + static_cast<std::ptrdiff_t>(step));
      add(transport, false, fmt::format("without-step-{}", step + 1), std::move(story));
    }
    forge::Story late = story_of(chosen, transport, *next_hosts());
    late.back().at_us = detection_.within_us + kSecond;
    add(transport, false, "too-late", std::move(late));
    apart(transport, "other-client", (detection_.by & compiler::kByClient) != 0, true);
    apart(transport, "other-server", (detection_.by & compiler::kByServer) != 0, false);
    Chosen turned = chosen;
    std::rotate(turned.begin(), turned.end() - 1, turned.end());
    if (!may_complete(turned, transport))
      add(transport, false, "wrong-order", story_of(turned, transport, *next_hosts()));
  }

  // apart makes the last step with another client or server.
  void apart(Transport transport, const std::string& what, bool is_apart, bool client) {
    forge::Story story = story_of(plainest(transport), transport, *next_hosts());
    const forge::Hosts others = *next_hosts();
    std::string& host = client ? story.back().hosts.client : story.back().hosts.server;
    if (host == (client ? others.client : others.server)) return;
    host = client ? others.client : others.server;
    add(transport, !is_apart, what, std::move(story));
  }

  // may_complete says whether events may be the steps in their order.
  [[nodiscard]] bool may_complete(const Chosen& events, Transport transport) const {
    for (std::size_t i = 0; i < events.size(); ++i)
      if (!may_fit(detection_, detection_.steps[i], events[i]->what,
                   bit_of(on(*events[i], transport))))
        return false;
    return true;
  }

  // addresses makes the plain story between hosts that the detection is not about.
  void addresses(Transport transport) {
    const auto client = address_outside(detection_.from, next_host_++);
    const auto server = address_outside(detection_.to, next_host_++);
    forge::Hosts hosts = *next_hosts();
    if (client)
      add(transport, false, "other-from",
          story_of(plainest(transport), transport, {print(*client), hosts.server}));
    if (server)
      add(transport, false, "other-to",
          story_of(plainest(transport), transport, {hosts.client, print(*server)}));
  }

  // demand refuses a transport on which there is not at least one case of either kind.
  void demand(Transport transport) {
    for (const bool alerts : {true, false}) {
      const bool there = std::any_of(cases_.all.begin(), cases_.all.end(), [&](const Case& one) {
        return one.transport == transport && one.alerts == alerts;
      });
      if (!there)
        refuse(fmt::format("no case on {} that {}", forge::name(transport),
                           alerts ? "alerts" : "is quiet"));
    }
  }

  const compiler::Ir& ir_;
  Judge& judge_;
  const Detection& detection_;
  std::uint32_t& next_host_;
  std::vector<Events> steps_;
  std::map<std::string, std::size_t> names_;
  Cases cases_;
};

}  // namespace

Cases CaseMaker::cases_of(const Detection& detection) {
  return Maker(ir_, judge_, detection, next_host_).make();
}

}  // namespace rpcsieve::cases
