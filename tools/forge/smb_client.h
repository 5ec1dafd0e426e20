#pragma once

#include <string_view>

#include "tools/forge/evasion.h"
#include "tools/forge/smb_builder.h"
#include "tools/forge/tcp_session.h"

namespace rpcsieve::forge {

// SmbClient writes a client's conversation with a server, message by message: it keeps count of
// what both sides have to agree on. Each member gives the requests and their answers.
class SmbClient {
 public:
  // The transport is one of SMB's: it decides the dialect, and how an answer is fetched.
  explicit SmbClient(Transport transport) : transport_(transport) {}

  // set_up negotiates, sets up a session with NTLM and connects to the share of pipes.
  Talk set_up(std::string_view server);
  // open opens a pipe; `file` stands for it from then on.
  Talk open(std::string_view pipe, std::uint8_t file);
  // send writes to a pipe, ask also waits for what the server has to say.
  Talk send(std::uint8_t file, const Buffer& bytes);
  Talk ask(std::uint8_t file, const Buffer& bytes, const Buffer& answer);
  Talk close(std::uint8_t file);

 private:
  Talk exchange(smb1::Message request, smb1::Message answer);
  Talk exchange(smb2::Message request, smb2::Message answer);
  Talk set_up_1(std::string_view share);
  Talk set_up_2(std::string_view share);
  [[nodiscard]] bool is_smb1() const {
    return transport_ == Transport::kSmb1Trans || transport_ == Transport::kSmb1Write;
  }

  Transport transport_;
  std::uint16_t next_id_ = 0;
};

// operator+ joins conversations.
Talk operator+(Talk left, const Talk& right);

}  // namespace rpcsieve::forge
