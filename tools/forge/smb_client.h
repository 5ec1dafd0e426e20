#pragma once

#include <string>
#include <string_view>

#include "tools/forge/association.h"
#include "tools/forge/evasion.h"
#include "tools/forge/smb_builder.h"
#include "tools/forge/tcp_session.h"

namespace rpcsieve::forge {

inline constexpr std::string_view kPipeShare = "IPC$";

// Opening is a file that a client opens, or would: `status` is the server's answer, 0 for yes.
struct Opening {
  std::string share = "C$";
  std::string path;  // in the share, without a backslash before it
  bool reads = true, writes = false;
  std::uint32_t status = 0;
};

// SmbClient writes a client's conversation with a server, message by message: it keeps count of
// what both sides have to agree on. Each member gives the requests and their answers.
class SmbClient {
 public:
  // The transport is one of SMB's: it decides the dialect, and how an answer is fetched.
  explicit SmbClient(Transport transport) : transport_(transport) {}

  // set_up negotiates, sets up a session with NTLM and connects to a share: that of pipes, or one
  // of files.
  Talk set_up(std::string_view server, std::string_view share = kPipeShare);
  // open opens a pipe; `file` stands for it from then on.
  Talk open(std::string_view pipe, std::uint8_t file);
  // send writes to a pipe, ask also waits for what the server has to say.
  Talk send(std::uint8_t file, const Buffer& bytes);
  Talk ask(std::uint8_t file, const Buffer& bytes, const Buffer& answer);
  Talk close(std::uint8_t file);
  // open_file asks for a file of the share that set_up connected to, with an access mask and a
  // disposition [MS-SMB2 §2.2.13]; a status that is not 0 refuses it.
  Talk open_file(const Opening& opening, std::uint8_t file);

 private:
  Talk exchange(smb1::Message request, smb1::Message answer);
  Talk exchange(smb2::Message request, smb2::Message answer);
  Talk set_up_1(std::string_view path, bool pipes);
  Talk set_up_2(std::string_view path, bool pipes);
  [[nodiscard]] bool is_smb1() const {
    return transport_ == Transport::kSmb1Trans || transport_ == Transport::kSmb1Write;
  }

  Transport transport_;
  std::uint16_t next_id_ = 0;
};

// operator+ joins conversations.
Talk operator+(Talk left, const Talk& right);

// talk_of gives an exchange as it goes over TCP, or through a pipe.
Talk talk_of(const Exchange& exchange);
Talk talk_of(const Exchange& exchange, SmbClient& client, std::uint8_t file);

}  // namespace rpcsieve::forge
