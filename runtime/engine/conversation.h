#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/base/framer.h"
#include "runtime/engine/identities.h"
#include "runtime/engine/lane.h"
#include "runtime/engine/spares.h"
#include "runtime/engine/tracker.h"
#include "runtime/smb/channel.h"
#include "runtime/stream/duplex.h"

namespace rpcsieve::engine {

// Workshop is what all conversations of a thread share.
struct Workshop {
  // files: files that are opened are wanted; offers: what binds offer is.
  Workshop(const Limits& limits, Counters& counters, Tracker& tracker, bool files, bool offers);

  // keep_little gives back the memory that is kept for conversations to come.
  void keep_little();

  const Limits& limits;
  Counters& counters;
  Tracker& tracker;
  const bool files;
  stream::Pool pool;
  Spares<Lane> lanes;
  Spares<smb::Channel> channels;
  smb::Sessions sessions;
  Memory logon_memory;  // of all connections
  Logons logons;
  // Open pipes, whatever connections they are used through, by Event::slot; made when bytes pass.
  struct Pipe {
    std::unique_ptr<Lane> lane;
    Origin origin;  // of the bytes that passed last, but for what it points to
  };
  std::vector<Pipe> pipes;
};

// The least that is tried of a stream whose beginning is not known: fewer bytes look like SMB or
// RPC too easily.
inline constexpr std::size_t kMidstreamBytes = 16;

// may_begin says whether SMB or RPC may begin with these bytes, the first of a stream.
bool may_begin(Bytes bytes);

// Conversation follows one TCP connection that holds SMB or RPC, from segments to calls. It alone
// composes the protocol stages:
//   segment → Duplex → bytes → Framer → SMB message → Channel → pipe bytes → Lane → calls
//                            ↘ RPC, without SMB ─────────────────────────────↗
// Who calls comes along: Channel → session setups → Sessions → Lane → calls.
class Conversation {
 public:
  explicit Conversation(Workshop& workshop);

  // open begins a conversation between two endpoints (side 0 and 1). `client_side` opened the
  // connection: for certain (its SYN was captured), or as far as can be told.
  void open(const std::array<Endpoint, 2>& ends, std::uint64_t flow_id, std::uint8_t client_side,
            bool certain);
  // begin says where a side's stream begins, if its SYN was captured.
  void begin(std::uint8_t side, std::uint32_t sequence) { duplex_.begin(side, sequence); }
  // push takes the next segment of a side.
  void push(std::uint8_t side, const stream::Segment& segment);
  // end reports what is under way.
  void end();
  // is_foreign says that the connection is neither SMB nor RPC after all.
  [[nodiscard]] bool is_foreign() const { return protocol_ == Protocol::kForeign; }
  // expected gives the sequence number that a side's stream goes on with.
  [[nodiscard]] std::optional<std::uint32_t> expected(std::uint8_t side) const {
    return duplex_.expected(side);
  }
  // is_finished says that both sides have closed the connection, and all that they sent came.
  [[nodiscard]] bool is_finished() const { return duplex_.is_finished(); }
  // reset makes it as new; what it borrowed goes back.
  void reset();

 private:
  enum class Protocol : std::uint8_t { kUndecided, kSmb, kRpc, kForeign };

  void drain();
  void take(const stream::Piece& piece);
  void follow(const stream::Piece& piece);
  void decide(const stream::Piece& piece);
  void take_smb(const stream::Piece& piece);
  void drain_smb(std::uint8_t side);
  void drain_channel(std::uint8_t sender);
  [[nodiscard]] smb::Channel::Sender sender(std::uint8_t side) const;
  void take_event(const smb::Event& event, std::uint8_t sender);
  void take_pipe_data(const smb::Event& event, std::uint8_t sender);
  void end_pipes();
  void note_blind_spot(const smb::Event& event);
  void note_file(const smb::FileOpen& open, std::uint8_t sender);
  void see(const stream::Piece& piece);
  void tell_of_loss();
  void see_message(const Frame& frame, bool compressed);
  void be_blind(alert::BlindSpot::Cause cause, Timestamp time);
  void cover();
  [[nodiscard]] Origin origin_tcp();
  [[nodiscard]] Origin origin_smb(std::uint32_t pipe);

  // What every piece needs comes first, in as few cache lines as it fits into: of a busy link the
  // next packet is nearly always another conversation's.
  Workshop& workshop_;
  std::unique_ptr<Lane> lane_;  // kRpc
  std::unique_ptr<smb::Channel> channel_;
  Protocol protocol_ = Protocol::kUndecided;
  std::uint8_t client_side_ = 0;
  bool client_certain_ = false;
  bool spoke_ = false;               // an SMB message came
  std::array<bool, 2> torn_{};       // bytes of a side were lost before it was decided what this is
  std::optional<Timestamp> missed_;  // when bytes were lost that were not told of yet
  stream::Duplex duplex_;
  Sight sight_;
  std::array<Framer, 2> framers_;  // kSmb
  std::array<Endpoint, 2> ends_;
  std::uint32_t refused_ = 0;  // pieces that were tried since one was torn
  std::uint64_t flow_id_ = 0;
  Sessions sessions_;
};

}  // namespace rpcsieve::engine
