// Read this first: the way of a byte from a TCP segment to a call.
#include "runtime/engine/conversation.h"

#include "runtime/dcerpc/framing.h"
#include "runtime/engine/file_open.h"
#include "runtime/smb/nbss.h"

namespace rpcsieve::engine {

using match::Transport;

namespace {

// Pieces behind a loss at a stream's beginning that are tried.
constexpr std::uint32_t kMostRefused = 64;

// Bytes of a pipe that were lost with whole messages: more than any PDU that was under way.
constexpr std::uint64_t kUnknownLoss = ~std::uint64_t{0};

}  // namespace

Workshop::Workshop(const Limits& the_limits, Counters& the_counters, Tracker& the_tracker,
                   bool want_files, bool want_offers)
    : limits(the_limits),
      counters(the_counters),
      tracker(the_tracker),
      files(want_files),
      pool(the_limits),
      lanes([&the_limits, &the_counters,
             want_offers] { return std::make_unique<Lane>(the_limits, the_counters, want_offers); },
            the_counters.memory(), the_limits.held_bytes / 2),
      channels(
          [&the_limits, &the_counters, want_files] {
            return std::make_unique<smb::Channel>(the_limits, the_counters, dcerpc::plausible,
                                                  want_files);
          },
          the_counters.memory(), the_limits.held_bytes / 2),
      sessions(the_limits, the_counters),
      logons(the_limits.smb_logons, logon_memory) {}

void Workshop::keep_little() {
  lanes.drop();
  channels.drop();
}

bool may_begin(Bytes bytes) { return smb::plausible(bytes) || dcerpc::plausible(bytes); }

Conversation::Conversation(Workshop& workshop)
    : workshop_(workshop),
      duplex_(workshop.limits, workshop.pool, workshop.counters),
      framers_{Framer(workshop.counters.memory()), Framer(workshop.counters.memory())},
      sessions_(workshop.limits, workshop.counters, workshop.logons) {}

void Conversation::open(const std::array<Endpoint, 2>& ends, std::uint64_t flow_id,
                        std::uint8_t client_side, bool certain) {
  ends_ = ends;
  flow_id_ = flow_id;
  sessions_.open(flow_id);
  client_side_ = client_side;
  client_certain_ = certain;
}

void Conversation::push(std::uint8_t side, const stream::Segment& segment) {
  duplex_.push(side, segment);
  drain();
  const bool is_cut = segment.payload.size() < segment.sent;
  if (!is_cut || (protocol_ != Protocol::kSmb && protocol_ != Protocol::kRpc)) return;
  workshop_.counters.count(Counter::stream_cut_segments);
  be_blind(alert::BlindSpot::Cause::kCutSegments, segment.time);
}

void Conversation::drain() {
  while (const auto piece = duplex_.next()) take(*piece);
}

void Conversation::take(const stream::Piece& piece) {
  if (protocol_ == Protocol::kUndecided && !piece.bytes.empty()) decide(piece);
  if (protocol_ == Protocol::kUndecided && piece.lost > 0) torn_[piece.side] = true;
  see(piece);
  follow(piece);
  tell_of_loss();
}

void Conversation::follow(const stream::Piece& piece) {
  switch (protocol_) {
    case Protocol::kSmb:
      return take_smb(piece);
    case Protocol::kRpc:
      lane_->push(piece.side, piece.bytes, piece.lost, piece.time, origin_tcp(), workshop_.tracker);
      if (lane_->is_foreign()) protocol_ = Protocol::kForeign;
      return;
    case Protocol::kUndecided:
    case Protocol::kForeign:
      return;
  }
}

// decide judges the first bytes. Where bytes of their side were lost in front of them they may be
// anything's middle, so the next pieces are tried too, as where a capture begins in the middle of a
// stream.
void Conversation::decide(const stream::Piece& piece) {
  const Bytes bytes = piece.bytes;
  if (torn_[piece.side] && (bytes.size() < kMidstreamBytes || !may_begin(bytes))) {
    if (++refused_ >= kMostRefused) protocol_ = Protocol::kForeign;
    return;
  }
  if (smb::plausible(bytes)) {
    protocol_ = Protocol::kSmb;
    channel_ = workshop_.channels.take();
    channel_->join(workshop_.sessions, {ends_[0].address, ends_[1].address});
  } else if (dcerpc::plausible(bytes)) {
    protocol_ = Protocol::kRpc;
    lane_ = workshop_.lanes.take();
  } else {
    protocol_ = Protocol::kForeign;
  }
}

void Conversation::take_smb(const stream::Piece& piece) {
  framers_[piece.side].push(piece.bytes, piece.time);
  drain_smb(piece.side);
  if (piece.lost > 0) {
    framers_[piece.side].gap(piece.lost);
    drain_smb(piece.side);
    if (framers_[piece.side].lost()) channel_->lost(piece.side == client_side_);
  }
  if (!spoke_ && framers_[piece.side].foreign() > 0) protocol_ = Protocol::kForeign;
}

void Conversation::drain_smb(std::uint8_t side) {
  while (const auto frame = framers_[side].next(smb::Framing{*channel_})) {
    // The few bytes that made this SMB may have been less than a header and the mark behind it.
    if (!spoke_ && (framers_[side].foreign() > 0 || !smb::plausible(frame->bytes)))
      protocol_ = Protocol::kForeign;
    if (is_foreign()) return;
    spoke_ |= frame->total > smb::Framing::header_bytes;  // a keep-alive says nothing
    const std::uint64_t unread = workshop_.counters[Counter::smb_compressed];
    const std::uint64_t unsupported = workshop_.counters[Counter::smb_unsupported];
    channel_->push(*frame, sender(side));
    drain_channel(side);
    see_message(*frame, workshop_.counters[Counter::smb_compressed] > unread);
    if (workshop_.counters[Counter::smb_unsupported] != unsupported)
      be_blind(alert::BlindSpot::Cause::kSmbUnsupported, frame->time);
  }
}

void Conversation::drain_channel(std::uint8_t sender) {
  while (const auto event = channel_->next()) take_event(*event, sender);
  end_pipes();
}

smb::Channel::Sender Conversation::sender(std::uint8_t side) const {
  using Sender = smb::Channel::Sender;
  if (!client_certain_) return Sender::kUnknown;
  return side == client_side_ ? Sender::kClient : Sender::kServer;
}

void Conversation::take_event(const smb::Event& event, std::uint8_t sender) {
  switch (event.kind) {
    case smb::Event::Kind::kPipeData:
      return take_pipe_data(event, sender);
    case smb::Event::Kind::kPipeClosed:
      return;  // end_pipes() is told, by whatever connection it was closed
    case smb::Event::Kind::kEncrypted:
    case smb::Event::Kind::kCompressed:
      return note_blind_spot(event);
    case smb::Event::Kind::kSessionSetup:
    case smb::Event::Kind::kLogoff:
      return sessions_.take(event);
    case smb::Event::Kind::kFileOpened:
      return note_file(*event.file, sender);
  }
}

void Conversation::take_pipe_data(const smb::Event& event, std::uint8_t sender) {
  if (event.slot >= workshop_.pipes.size()) workshop_.pipes.resize(event.slot + 1);
  auto& pipe = workshop_.pipes[event.slot];
  if (!pipe.lane) pipe.lane = workshop_.lanes.take();
  const Origin from = origin_smb(event.pipe);
  pipe.origin = from;
  if (event.after_loss)
    pipe.lane->push(sender, {}, kUnknownLoss, event.time, from, workshop_.tracker);
  pipe.lane->push(sender, event.data, event.lost, event.time, from, workshop_.tracker);
}

// end_pipes reports what is under way in the pipes that have ended, through whatever connection.
void Conversation::end_pipes() {
  workshop_.sessions.take_ended([&](smb::Sessions::Slot slot) {
    if (slot >= workshop_.pipes.size() || !workshop_.pipes[slot].lane) return;
    auto& pipe = workshop_.pipes[slot];
    pipe.origin.pipe = workshop_.sessions.name(slot).view();
    pipe.origin.user = sessions_.user(workshop_.sessions.session(slot));
    pipe.origin.sight = &sight_;
    pipe.lane->end(pipe.origin, workshop_.tracker);
    workshop_.lanes.give(std::move(pipe.lane));
  });
}

// The headers of encrypted and compressed messages do not say who sent them.
void Conversation::note_blind_spot(const smb::Event& event) {
  const auto cause = event.kind == smb::Event::Kind::kEncrypted
                         ? alert::BlindSpot::Cause::kSmbEncrypted
                         : alert::BlindSpot::Cause::kSmbCompressed;
  workshop_.tracker.note(
      {cause, event.time, flow_id_, ends_[client_side_], ends_[1 - client_side_], event.session});
}

// note_file: where it is not known who opened the connection, whoever answers is the server.
void Conversation::note_file(const smb::FileOpen& open, std::uint8_t sender) {
  const bool told = open.answered && !client_certain_;
  const std::uint8_t client = told ? 1 - sender : client_side_;
  alert::FileOpen record = record_of(open);
  record.flow_id = flow_id_;
  record.client = ends_[client];
  record.server = ends_[1 - client];
  if (const auth::Identity* user = sessions_.user(record.session)) record.user = *user;
  workshop_.tracker.take(std::move(record));
}

// see notes how much of the stream is there.
void Conversation::see(const stream::Piece& piece) {
  sight_.coverage.bytes += piece.bytes.size();
  if (piece.loss == stream::Loss::kDoubtful) return;
  sight_.coverage.bytes_lost += piece.lost;
  if (piece.loss == stream::Loss::kMissed && !missed_) missed_ = piece.time;
}

// tell_of_loss waits until the connection has shown what it is.
void Conversation::tell_of_loss() {
  const bool spoke = spoke_ || (lane_ && lane_->spoke());
  if (!missed_ || !spoke) return;
  be_blind(alert::BlindSpot::Cause::kLostBytes, *missed_);
  missed_.reset();
}

// see_message notes what sort of message came: a compressed one is no blind spot if it could be
// decompressed.
void Conversation::see_message(const Frame& frame, bool compressed) {
  alert::Coverage& coverage = sight_.coverage;
  const smb::Form form = smb::form_of(frame.bytes);
  if (form == smb::Form::kOther) return;
  ++coverage.messages;
  if (form == smb::Form::kEncrypted) {
    ++coverage.messages_encrypted;
    coverage.bytes_encrypted += frame.total;
  } else if (compressed) {
    ++coverage.messages_compressed;
    coverage.bytes_compressed += frame.total;
  }
}

void Conversation::be_blind(alert::BlindSpot::Cause cause, Timestamp time) {
  Origin from = origin_tcp();
  if (protocol_ == Protocol::kSmb) from.transport = Transport::kSmb;
  workshop_.tracker.be_blind(cause, time, from);
}

// cover adds up what was seen under the server's name. Where the PDUs show who the client is, they
// are trusted more than the ports.
void Conversation::cover() {
  const bool smb = protocol_ == Protocol::kSmb;
  if (!smb && protocol_ != Protocol::kRpc) return;
  const std::uint8_t client = lane_ && lane_->spoke() ? lane_->client_side() : client_side_;
  workshop_.tracker.cover({ends_[1 - client], smb ? Transport::kSmb : Transport::kTcp},
                          sight_.coverage);
  sight_ = {};
}

Origin Conversation::origin_tcp() {
  return {flow_id_, ends_, client_side_, client_certain_, Transport::kTcp, {}, nullptr, &sight_};
}

Origin Conversation::origin_smb(std::uint32_t pipe) {
  Origin origin = origin_tcp();
  origin.transport = Transport::kSmb;
  origin.pipe = channel_->pipe_name(pipe);
  origin.user = sessions_.user(channel_->pipe_session(pipe));
  return origin;
}

void Conversation::end() {
  if (is_foreign()) return;
  duplex_.flush();
  drain();
  if (lane_) lane_->end(origin_tcp(), workshop_.tracker);
  for (std::uint8_t side = 0; channel_ && side < 2; ++side) {
    framers_[side].end();
    drain_smb(side);
    workshop_.counters.count(Counter::nbss_foreign, framers_[side].foreign());
    workshop_.counters.count(Counter::nbss_resynchronised, framers_[side].resynchronised());
  }
  if (channel_) {
    if (workshop_.files) {
      channel_->end();
      drain_channel(client_side_);
    }
    channel_->leave();
    end_pipes();
  }
  cover();
}

void Conversation::reset() {
  if (lane_) workshop_.lanes.give(std::move(lane_));
  if (channel_) workshop_.channels.give(std::move(channel_));
  for (Framer& framer : framers_) framer.reset();
  duplex_.reset();
  sessions_.reset();
  protocol_ = Protocol::kUndecided;
  spoke_ = false;
  missed_.reset();
  torn_ = {};
  refused_ = 0;
  sight_ = {};
}

}  // namespace rpcsieve::engine
