// The engine decides which connections are worth following; conversations do the rest. A connection
// whose first bytes are neither SMB nor RPC costs one look-up per packet from then on.
#include "runtime/engine/engine.h"

#include <array>
#include <vector>

#include "runtime/base/queue.h"
#include "runtime/base/sequence.h"
#include "runtime/engine/conversation.h"
#include "runtime/engine/datagrams.h"
#include "runtime/engine/flow_id.h"
#include "runtime/engine/tracker.h"
#include "runtime/flow/table.h"
#include "runtime/packet/decoder.h"

namespace rpcsieve::engine {
namespace {

using flow::Flow;
using packet::Segment;
using packet::Verdict;

Counter counter_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kTruncated:
      return Counter::packet_truncated;
    case Verdict::kNotIp:
      return Counter::packet_not_ip;
    case Verdict::kBadIp:
      return Counter::packet_bad_ip;
    case Verdict::kFragment:
      return Counter::packet_ip_fragment;
    case Verdict::kBadTcp:
      return Counter::packet_bad_tcp;
    case Verdict::kBadUdp:
      return Counter::packet_bad_udp;
    case Verdict::kEsp:
      return Counter::packet_esp;
    case Verdict::kTooDeep:
      return Counter::packet_too_deep;
    case Verdict::kUdp:
      return Counter::datagrams;
    case Verdict::kOtherProtocol:
    case Verdict::kTcp:
      break;
  }
  return Counter::packet_other_protocol;
}

std::uint64_t flow_id_of(const Flow& flow, Timestamp time) {
  FlowId id;
  for (const Endpoint& end : flow.ends) id.mix(end);
  return id.mix(static_cast<std::uint64_t>(time.us)).value();
}

// client_side_of says who opened a connection: who sent the SYN; if that was not captured, the end
// with the less well-known port.
std::uint8_t client_side_of(const Flow& flow) {
  if (flow.opener != Flow::kNobody) return flow.opener;
  const auto is_smb = [](const Endpoint& end) { return end.port == 445 || end.port == 139; };
  if (is_smb(flow.ends[0]) != is_smb(flow.ends[1])) return is_smb(flow.ends[0]) ? 1 : 0;
  return flow.ends[0].port >= flow.ends[1].port ? 0 : 1;
}

// Idle conversations cost only memory, so they are looked for now and then.
constexpr std::uint64_t kPacketsPerIdleCheck = 64;

// Conversations that one eviction compares.
constexpr std::uint32_t kLookedAt = 16;

// begin notes where a side's stream begins.
void begin(Flow& flow, std::uint8_t side, std::uint32_t first) {
  flow.sides[side].syn_seen = flow.sides[side].begun = true;
  flow.first_sequence[side] = first;
  if (flow.state != Flow::State::kFollowed) flow.next_sequence[side] = first;
}

}  // namespace

struct Engine::State {
  State(const database::Database& database, const match::Matcher& matcher, const Options& given)
      : options(given),
        decoder(options.limits, counters),
        tracker(database, matcher, options, counters),
        workshop(options.limits, counters, tracker, options.every_file || !database.files().empty(),
                 options.every_bind || !database.binds().empty()),
        conversations([this] { return std::make_unique<Conversation>(workshop); },
                      counters.memory(), options.limits.held_bytes / 2),
        datagrams(options.limits, counters, tracker),
        flows(options.limits, counters) {}

  // Follower is a conversation and the flow that it follows.
  struct Follower {
    std::unique_ptr<Conversation> conversation;  // none: a spare place
    std::uint32_t flow = flow::kNone;
    std::uint32_t next_spare = flow::kNone;
    Timestamp last_seen;           // when its flow's last packet came
    std::size_t held = 0;          // bytes that the conversation took, less those that it gave back
    bool was_reset = false;        // by an RST in its place
    Timestamp closing_since = {};  // if it is in `closing`
  };

  void push(const Segment& segment, Timestamp time);
  void ask(std::uint32_t index, std::uint8_t side, const Segment& segment);
  void accept(std::uint32_t index, std::uint8_t side, const Segment& segment);
  void restart(std::uint32_t index);
  void judge(std::uint32_t index, std::uint8_t side, const Segment& segment, Timestamp time);
  void ignore(Flow& flow);
  void follow(std::uint32_t index, Timestamp time);
  void feed(std::uint32_t index, std::uint8_t side, const Segment& segment, Timestamp time);
  void unfollow(std::uint32_t follower);
  void make_room();
  void reset(const Flow& flow, std::uint8_t side, const Segment& segment, Timestamp time);
  void close(std::uint32_t follower, Timestamp time);
  void end_closed(Timestamp now);
  void end_idle(Timestamp now);
  template <class Before>
  std::uint32_t first_of_few(std::uint32_t first, Before before);
  void evict(std::uint32_t place);
  void relieve(std::uint32_t grown);
  std::uint32_t spare_follower();
  [[nodiscard]] Timestamp last_seen(std::uint32_t follower) const {
    return followers[follower].last_seen;
  }

  const Options options;
  Counters counters;
  packet::Decoder decoder;
  std::uint64_t packets = 0;
  Tracker tracker;
  Workshop workshop;
  Spares<Conversation> conversations;
  Datagrams datagrams;
  flow::Table flows;
  std::vector<Follower> followers;
  std::uint32_t first_spare = flow::kNone;
  std::uint32_t hand = 0;  // of end_idle and evict
  Queue closing;           // followers that saw a FIN or RST
};

Engine::Engine(const database::Database& database, const match::Matcher& matcher,
               const Options& options)
    : state_(std::make_unique<State>(database, matcher, options)) {}

Engine::~Engine() = default;

void Engine::push(packet::LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time) {
  state_->decoder.push(link, frame, wire_len, time);
  while (const packet::Packet* packet = state_->decoder.next()) push(*packet);
}

void Engine::push(const packet::Packet& packet) {
  State& state = *state_;
  state.tracker.advance(packet.time);
  state.end_closed(packet.time);
  if (++state.packets % kPacketsPerIdleCheck == 0) state.end_idle(packet.time);
  if (packet.verdict == Verdict::kTcp) return state.push(packet.segment, packet.time);
  if (packet.verdict == Verdict::kUdp) state.datagrams.push(packet.segment, packet.time);
  if (packet.verdict == Verdict::kEsp) {
    state.tracker.see_esp(packet.segment.source.address, packet.segment.destination.address,
                          packet.time);
  }
  state.counters.count(counter_of(packet.verdict));
}

void Engine::State::push(const Segment& segment, Timestamp time) {
  auto [index, side] = flows.find(segment.source, segment.destination);
  if (index == flow::kNone) {
    if (flows.is_full()) make_room();
    index = flows.add(segment.source, segment.destination);
  }
  Flow& flow = flows[index];
  flow.see(time);
  flow.sides[side].heard = true;
  if (flow.state == Flow::State::kFollowed) followers[flow.follower].last_seen = time;
  if (flow.state == Flow::State::kFree) flow.state = Flow::State::kJudged;
  if (segment.rst) return reset(flow, side, segment, time);
  if (segment.syn) return segment.ack ? accept(index, side, segment) : ask(index, side, segment);
  if (!segment.ack) return;  // as its receiver drops it [RFC 9293 §3.10.7.4]
  if (flow.state != Flow::State::kFollowed) judge(index, side, segment, time);
  if (flow.state == Flow::State::kFollowed) feed(index, side, segment, time);
}

// ask takes a SYN: `side` wants to open a connection. One that goes on is not ended by it [RFC 9293
// §3.10.7.4]: a client could hide all that follows behind a SYN that the server drops. So it begins
// a connection only if nothing was heard of the other side, and else when that side accepts it.
// What a SYN carries is dropped, as by a receiver that does not know the sender [RFC 7413].
void Engine::State::ask(std::uint32_t index, std::uint8_t side, const Segment& segment) {
  Flow& flow = flows[index];
  const std::uint32_t first = segment.sequence + 1;
  if (flow.sides[side].syn_seen && flow.first_sequence[side] == first) return;  // repeated
  flow.sides[side].asked = true;
  if (flow.sides[1 - side].heard) return;
  restart(index);
  begin(flow, side, first);
  flow.opener = side;
}

// accept takes a SYN that answers one: from here on both streams' beginnings are known for sure.
void Engine::State::accept(std::uint32_t index, std::uint8_t side, const Segment& segment) {
  Flow& flow = flows[index];
  const std::uint8_t other = 1 - side;
  const std::uint32_t first = segment.sequence + 1;
  if (flow.sides[side].syn_seen && flow.first_sequence[side] == first) return;  // repeated
  if (flow.sides[other].heard && !flow.sides[other].asked) return;              // nobody asked
  const bool known =
      flow.sides[other].syn_seen && flow.first_sequence[other] == segment.acknowledgment;
  if (!known) {
    restart(index);
    begin(flow, other, segment.acknowledgment);
  }
  begin(flow, side, first);
  flow.sides[other].asked = false;
  flow.opener = other;
}

// restart prepares a flow for a new connection.
void Engine::State::restart(std::uint32_t index) {
  Flow& flow = flows[index];
  if (flow.state == Flow::State::kFollowed) unfollow(flow.follower);
  for (Flow::Side& side : flow.sides) side.begun = side.syn_seen = false;
  flow.opener = Flow::kNobody;
  flow.state = Flow::State::kJudged;
}

// judge decides by the first bytes of a stream whether its flow is followed. Where it is known that
// they are the first, they decide for all that come behind; and again if others come in their
// place, since a packet that the receiver drops must not hide the stream. In a capture that begins
// in the middle every segment is tried: what was cut may be a file copy, with a bind behind it.
void Engine::State::judge(std::uint32_t index, std::uint8_t side, const Segment& segment,
                          Timestamp time) {
  Flow& flow = flows[index];
  if (segment.payload.empty()) return;
  if (!flow.sides[side].begun) {
    if (segment.payload.size() >= kMidstreamBytes && may_begin(segment.payload))
      follow(index, time);
    return;
  }
  const std::int32_t early = distance(flow.next_sequence[side], segment.sequence);
  if (early > 0) {
    if (flow.state == Flow::State::kJudged) follow(index, time);
    return;
  }
  const auto repeated = static_cast<std::size_t>(-std::int64_t{early});
  if (repeated >= segment.payload.size()) return;
  if (may_begin(segment.payload.subspan(repeated))) return follow(index, time);
  ignore(flow);
}

void Engine::State::ignore(Flow& flow) {
  if (flow.state != Flow::State::kIgnored) counters.count(Counter::flows_ignored);
  flow.state = Flow::State::kIgnored;
}

void Engine::State::follow(std::uint32_t index, Timestamp time) {
  Flow& flow = flows[index];
  const std::uint32_t place = spare_follower();
  Follower& follower = followers[place];
  follower.flow = index;
  follower.last_seen = time;
  follower.conversation = conversations.take();
  follower.conversation->open(flow.ends, flow_id_of(flow, time), client_side_of(flow),
                              flow.opener != Flow::kNobody);
  for (std::uint8_t side = 0; side < 2; ++side) {
    if (flow.sides[side].begun) follower.conversation->begin(side, flow.next_sequence[side]);
  }
  flow.follower = place;
  flow.state = Flow::State::kFollowed;
  counters.count(Counter::conversations);
}

void Engine::State::feed(std::uint32_t index, std::uint8_t side, const Segment& segment,
                         Timestamp time) {
  Flow& flow = flows[index];
  Follower& follower = followers[flow.follower];
  if (segment.fin) close(flow.follower, time);
  const stream::Segment piece{segment.sequence, segment.acknowledgment, segment.ack, segment.fin,
                              segment.payload,  segment.payload_len,    time};
  const std::size_t before = counters.memory().bytes();
  follower.conversation->push(side, piece);
  follower.held += counters.memory().bytes() - before;
  if (counters.memory().bytes() > options.limits.held_bytes) return relieve(flow.follower);
  if (!follower.conversation->is_foreign()) return;
  unfollow(flow.follower);
  // What was refused were the first bytes of a stream, where these are known: only others in their
  // place would be judged again.
  for (Flow::Side& one : flow.sides) one.begun = one.syn_seen;
  flow.next_sequence = flow.first_sequence;
  if (flow.sides[0].syn_seen || flow.sides[1].syn_seen) ignore(flow);
}

// unfollow ends a conversation. Its flow stays, and knows where the streams go on, so that repeated
// segments are not taken for new ones. What waited behind a hole may never have been received, so
// they go on at the hole.
void Engine::State::unfollow(std::uint32_t place) {
  Follower& follower = followers[place];
  Flow& flow = flows[follower.flow];
  for (std::uint8_t side = 0; side < 2; ++side) {
    const auto expected = follower.conversation->expected(side);
    flow.sides[side].begun = expected.has_value();
    flow.next_sequence[side] = expected.value_or(0);
  }
  follower.conversation->end();
  conversations.give(std::move(follower.conversation));
  if (closing.has(place)) closing.leave(place);
  follower = {};
  follower.next_spare = first_spare;
  first_spare = place;
  flow.state = Flow::State::kJudged;
}

// make_room gives up a flow so that another can be tracked.
void Engine::State::make_room() {
  const std::uint32_t victim = flows.victim();
  if (flows[victim].state == Flow::State::kFollowed) unfollow(flows[victim].follower);
  flows.remove(victim);
}

// reset takes an RST. One that is not exactly in its place ends nothing [RFC 9293 §3.10.7.4], and
// what it carries is not the stream's.
void Engine::State::reset(const Flow& flow, std::uint8_t side, const Segment& segment,
                          Timestamp time) {
  if (flow.state != Flow::State::kFollowed) return;
  Follower& follower = followers[flow.follower];
  if (follower.conversation->expected(side).value_or(segment.sequence) != segment.sequence) return;
  follower.was_reset = true;
  close(flow.follower, time);
}

// close notes that a conversation seems to end.
void Engine::State::close(std::uint32_t place, Timestamp time) {
  if (closing.has(place)) return;
  closing.join(place);
  followers[place].closing_since = time;
}

// end_closed ends the conversations that have been quiet since their FIN or RST. One that goes on
// (a forged reset, a shuffled capture) gets another wait; one whose end is not in sight (a forged
// FIN, lost bytes) has not ended.
void Engine::State::end_closed(Timestamp now) {
  const std::int64_t wait = options.limits.hole_wait_us;
  while (closing.oldest() != Queue::kNone) {
    const std::uint32_t place = closing.oldest();
    Follower& follower = followers[place];
    if (now.us - follower.closing_since.us <= wait) return;
    closing.leave(place);
    if (now.us - last_seen(place).us <= wait) {
      closing.join(place);
      follower.closing_since = now;
    } else if (follower.was_reset || follower.conversation->is_finished()) {
      unfollow(place);
    }
  }
}

// end_idle looks at one conversation, in turn, and ends it if it has been idle too long.
void Engine::State::end_idle(Timestamp now) {
  if (followers.empty()) return;
  hand = hand + 1 < followers.size() ? hand + 1 : 0;
  if (!followers[hand].conversation) return;
  const std::int64_t idle = now.us - last_seen(hand).us;
  if (idle > options.limits.flow_idle_us) unfollow(hand);
}

// first_of_few gives, of `first` and the next few conversations in turn, the one that comes before
// the others.
template <class Before>
std::uint32_t Engine::State::first_of_few(std::uint32_t first, Before before) {
  for (std::uint32_t seen = 0, looked = 0; seen < followers.size() && looked < kLookedAt; ++seen) {
    hand = hand + 1 < followers.size() ? hand + 1 : 0;
    if (!followers[hand].conversation) continue;
    ++looked;
    if (first == flow::kNone || before(hand, first)) first = hand;
  }
  return first;
}

void Engine::State::evict(std::uint32_t place) {
  unfollow(place);
  counters.count(Counter::conversations_evicted);
}

// relieve gives memory back, because `grown` took more than all may hold: first what nobody needs,
// then of a few conversations that which holds most. An attack holds little, so a flood does not
// hide it; nor does one connection that takes all it can get.
void Engine::State::relieve(std::uint32_t grown) {
  const auto holds_more = [this](auto a, auto b) { return followers[a].held > followers[b].held; };
  workshop.keep_little();
  conversations.drop();
  for (std::uint32_t most = grown; counters.memory().bytes() > options.limits.held_bytes;) {
    most = first_of_few(most, holds_more);
    if (most == flow::kNone) return;
    evict(most);
    most = flow::kNone;
  }
}

// spare_follower gives the place of a conversation to come. When there are Limits::conversations,
// the one that was idle longest among a few makes room.
std::uint32_t Engine::State::spare_follower() {
  if (first_spare == flow::kNone && followers.size() < options.limits.conversations) {
    followers.emplace_back();
    return static_cast<std::uint32_t>(followers.size() - 1);
  }
  if (first_spare == flow::kNone) {
    const auto idle_longer = [this](auto a, auto b) { return last_seen(a) < last_seen(b); };
    evict(first_of_few(flow::kNone, idle_longer));
  }
  const std::uint32_t place = first_spare;
  first_spare = followers[place].next_spare;
  return place;
}

void Engine::advance(Timestamp now) { state_->tracker.advance(now); }

void Engine::finish() {
  State& state = *state_;
  state.decoder.flush();
  while (const packet::Packet* packet = state.decoder.next()) push(*packet);
  for (std::uint32_t place = 0; place < state.followers.size(); ++place) {
    if (state.followers[place].conversation) state.unfollow(place);
  }
  state.datagrams.end();
  for (std::uint32_t flow = 0; flow < state.flows.size(); ++flow) {
    if (state.flows[flow].state != Flow::State::kFree) state.flows.remove(flow);
  }
  state.tracker.finish();
}

const alert::Record* Engine::next() { return state_->tracker.next(); }

const Counters& Engine::counters() const { return state_->counters; }

const alert::CoverageTable& Engine::coverage() const { return state_->tracker.coverage(); }

}  // namespace rpcsieve::engine
