#pragma once

#include <cstddef>
#include <cstdint>

namespace rpcsieve {

// Limits bounds every table that traffic can fill. Each has a counter that says when it was met and
// a line in docs/LIMITS.md.
struct Limits {
  // Flows that are tracked at once, per thread. The longest idle one makes room for a new one.
  std::size_t flows = 1 << 18;
  // Conversations that are known to hold SMB or RPC, per thread; as flows.
  std::size_t conversations = 1 << 16;
  // Bytes that all conversations of a thread hold in memory that traffic can grow. The one that
  // holds most, of a few, makes room.
  std::size_t held_bytes = 128 << 20;
  // A flow without packets for this long has ended.
  std::int64_t flow_idle_us = 7'200'000'000;

  // IP datagrams of which fragments are kept until the others come, and how long.
  std::size_t fragment_datagrams = 1 << 12;
  std::int64_t fragment_wait_us = 30'000'000;
  // Blocks of packet::kFragmentBlockBytes that the fragments lie in; at least those of one
  // datagram.
  std::size_t fragment_blocks = 1 << 12;

  // Blocks of stream::kBlockBytes for segments that came too early, per thread.
  std::size_t stream_blocks = 1 << 14;
  // Early blocks that one side of a connection may hold before its oldest hole is given up, or, if
  // the receiver misses the same bytes, the block that is farthest ahead.
  std::size_t stream_blocks_per_flow = 256;
  // A hole in a stream that the receiver acknowledged is lost after so many more packets of its
  // connection, or after so long: until then its bytes may only be late.
  std::uint32_t hole_packets = 16;
  std::int64_t hole_wait_us = 500'000;

  // Leading bytes of one SMB message that are read where it may hold RPC.
  std::size_t smb_message_bytes = 1 << 20;
  // What a compressed SMB message may decompress to: Windows reads and writes 8 MiB at most.
  std::size_t smb_plain_bytes = (8 << 20) + (1 << 16);
  // ... and beyond 64 KiB, how many times its own length may be looked at.
  std::size_t smb_plain_ratio = 256;
  // SMB requests of one connection whose answers are awaited.
  std::size_t smb_requests = 512;
  // Trees (connections to shares) of one connection that are remembered.
  std::size_t smb_trees = 256;
  // Open handles (files and pipes) of one connection that are remembered.
  std::size_t smb_handles = 4096;
  // Open pipes of one connection whose RPC is followed.
  std::size_t smb_pipes = 512;
  // Parts of SMB1 transactions of one connection that came too early, and their bytes.
  std::size_t smb_early_parts = 64;
  std::size_t smb_early_bytes = 256 << 10;
  // Encrypted sessions of one connection that are remembered as reported, and sessions that it is
  // known to be one of several connections of.
  std::size_t smb_sessions = 64;
  // Pipes, trees and sessions that the connections of a session find one another's by, per thread.
  std::size_t smb_shared_pipes = 1 << 16;
  std::size_t smb_shared_trees = 1 << 14;
  std::size_t smb_shared_sessions = 1 << 14;
  // Open pipes that their connection left to the others of its session, per thread.
  std::size_t smb_left_pipes = 256;
  // Sessions of one connection whose user is remembered.
  std::size_t smb_users = 32;
  // Logons that are not over, per thread.
  std::size_t smb_logons = 128;

  // Presentation contexts of one association.
  std::size_t dcerpc_contexts = 1024;
  // Security contexts of one association whose user is remembered.
  std::size_t dcerpc_auth_contexts = 8;
  // Calls of one association that are in flight.
  std::size_t dcerpc_calls = 256;
  // Bytes of one reassembled request stub; later ones are not looked at.
  std::size_t stub_bytes = 1 << 20;
  // Bytes of all unfinished request stubs of one association. The oldest call gives up its own.
  std::size_t dcerpc_held_bytes = 4 << 20;
  // Calls of a thread whose outcome is awaited. The oldest is given out as unanswered.
  std::size_t waiting_calls = 1 << 16;
  // Calls over UDP that are remembered, per thread, so that their datagrams are known when they
  // come again.
  std::size_t datagram_calls = 1 << 16;
  // ... that are not settled: fragments or the answer are awaited.
  std::size_t datagram_flights = 1 << 12;
  // Bytes of all their fragments that are held.
  std::size_t datagram_held_bytes = 4 << 20;
  // Ports whose interface the endpoint mapper named, per thread.
  std::size_t endpoints = 1 << 12;
  // An answer is awaited this long (capture time) before its call counts as unanswered.
  std::int64_t outcome_wait_us = 30'000'000;

  // Events of all threads that wait until nothing earlier can come, so that sequences and counts
  // meet them in their order.
  std::size_t history_events = 1 << 14;
  // A request that takes longer to come counts that long before its end.
  std::int64_t history_slack_us = 5'000'000;
  // Clients, servers or pairs of both of which some part of a sequence or count was seen, and the
  // times of their events.
  std::size_t history_keys = 1 << 16;
  std::size_t history_times = 1 << 20;

  // Servers whose traffic is summed up one by one in how much could be inspected.
  std::size_t covered_services = 1024;
  // Blind spots between two addresses, of ESP and of RPC over UDP, that are remembered as reported.
  std::size_t told_pairs = 1024;
};

}  // namespace rpcsieve
