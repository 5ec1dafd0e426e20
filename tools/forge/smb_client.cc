#include "tools/forge/smb_client.h"

#include <utility>

#include "tools/forge/smb_setup.h"

namespace rpcsieve::forge {

Talk operator+(Talk left, const Talk& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Talk SmbClient::exchange(smb1::Message request, smb1::Message answer) {
  const std::uint16_t id = next_id_++;
  return {{Side::kClient, request.id(id).build()}, {Side::kServer, answer.id(id).build()}};
}

Talk SmbClient::exchange(smb2::Message request, smb2::Message answer) {
  const std::uint16_t id = next_id_++;
  return {{Side::kClient, request.id(id).build()}, {Side::kServer, answer.id(id).build()}};
}

Talk SmbClient::set_up(std::string_view server, std::string_view share) {
  const std::string path = "\\\\" + std::string(server) + "\\" + std::string(share);
  const bool pipes = share == kPipeShare;
  return is_smb1() ? set_up_1(path, pipes) : set_up_2(path, pipes);
}

// The answers to the first half of the session set-up already carry the session's number.
Talk SmbClient::set_up_1(std::string_view path, bool pipes) {
  using namespace smb1;
  const auto early = [](Message message) { return message.tree(0); };
  return exchange(early(negotiate()).user(0), early(negotiate_response()).user(0)) +
         exchange(early(session_setup(ntlm::negotiate())).user(0),
                  early(session_setup_response(ntlm::challenge())).status(smb2::kMoreProcessing)) +
         exchange(early(session_setup(ntlm::authenticate())), early(session_setup_response({}))) +
         exchange(early(tree_connect_for(path)), tree_connect_andx_response(pipes ? "IPC" : "A:"));
}

Talk SmbClient::set_up_2(std::string_view path, bool pipes) {
  using namespace smb2;
  const bool newest = transport_ == Transport::kSmb311;
  const auto early = [](Message message) { return message.tree(0); };
  return exchange(early(negotiate(newest)).session(0),
                  early(negotiate_response(newest)).session(0)) +
         exchange(early(session_setup(ntlm::negotiate())),
                  early(session_setup_response(ntlm::challenge())).status(smb2::kMoreProcessing)) +
         exchange(early(session_setup(ntlm::authenticate())).session(1),
                  early(session_setup_response({}))) +
         exchange(early(tree_connect(path)),
                  tree_connect_response(pipes ? ShareType::kPipe : ShareType::kDisk));
}

Talk SmbClient::open(std::string_view pipe, std::uint8_t file) {
  if (is_smb1())
    return exchange(smb1::nt_create("\\" + std::string(pipe)), smb1::nt_create_response(file));
  return exchange(smb2::create(pipe), smb2::create_response(file));
}

Talk SmbClient::send(std::uint8_t file, const Buffer& bytes) {
  if (is_smb1())
    return exchange(smb1::write_andx(file, bytes), smb1::write_andx_response(bytes.size()));
  return exchange(smb2::write(file, bytes),
                  smb2::write_response(static_cast<std::uint32_t>(bytes.size())));
}

Talk SmbClient::ask(std::uint8_t file, const Buffer& bytes, const Buffer& answer) {
  switch (transport_) {
    case Transport::kSmb1Trans:
      return exchange(smb1::transact(file, bytes), smb1::transact_response(answer));
    case Transport::kSmb1Write:
      return send(file, bytes) + exchange(smb1::read_andx(file), smb1::read_andx_response(answer));
    case Transport::kSmb2WriteRead:
      return send(file, bytes) + exchange(smb2::read(file), smb2::read_response(answer));
    default:
      return exchange(smb2::transceive(file, bytes), smb2::transceive_response(file, answer));
  }
}

Talk SmbClient::close(std::uint8_t file) {
  if (is_smb1()) return exchange(smb1::close(file), smb1::done(0x04));
  return exchange(smb2::close(file), smb2::close_response());
}

Talk SmbClient::open_file(const Opening& opening, std::uint8_t file) {
  // FILE_GENERIC_READ and FILE_GENERIC_WRITE [MS-SMB2 §2.2.13.1.1]; who only reads opens what is
  // there (FILE_OPEN), who writes makes it anew (FILE_OVERWRITE_IF).
  const std::uint32_t access = (opening.reads ? 0x120089U : 0U) | (opening.writes ? 0x120116U : 0U);
  const std::uint32_t disposition = opening.writes ? 5 : 1;
  if (is_smb1()) {
    const auto refused = smb1::done(0xa2).status(opening.status);
    return exchange(
        smb1::nt_create("\\" + opening.path, access, disposition),
        opening.status == 0 ? smb1::nt_create_response(file, smb1::kDiskFile) : refused);
  }
  auto answer = smb2::create_response(file);
  if (opening.status != 0) answer.refused(opening.status);
  return exchange(smb2::create(opening.path, access, disposition), answer);
}

Talk talk_of(const Exchange& exchange) {
  Talk talk;
  for (const Buffer& piece : exchange.asked) talk.push_back({Side::kClient, piece});
  if (!exchange.answer.empty()) talk.push_back({Side::kServer, exchange.answer});
  return talk;
}

Talk talk_of(const Exchange& exchange, SmbClient& client, std::uint8_t file) {
  Talk talk;
  const auto& asked = exchange.asked;
  for (std::size_t i = 0; i + 1 < asked.size(); ++i) talk = talk + client.send(file, asked[i]);
  if (exchange.answer.empty()) return talk + client.send(file, asked.back());
  return talk + client.ask(file, asked.back(), exchange.answer);
}

}  // namespace rpcsieve::forge
