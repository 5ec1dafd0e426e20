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

Talk SmbClient::set_up(std::string_view server) {
  const std::string share = "\\\\" + std::string(server) + "\\IPC$";
  return is_smb1() ? set_up_1(share) : set_up_2(share);
}

// The answers to the first half of the session set-up already carry the session's number.
Talk SmbClient::set_up_1(std::string_view share) {
  using namespace smb1;
  const auto early = [](Message message) { return message.tree(0); };
  return exchange(early(negotiate()).user(0), early(negotiate_response()).user(0)) +
         exchange(early(session_setup(ntlm::negotiate())).user(0),
                  early(session_setup_response(ntlm::challenge())).status(smb2::kMoreProcessing)) +
         exchange(early(session_setup(ntlm::authenticate())), early(session_setup_response({}))) +
         exchange(early(pipe_tree_connect(share)), tree_connect_andx_response("IPC"));
}

Talk SmbClient::set_up_2(std::string_view share) {
  using namespace smb2;
  const bool newest = transport_ == Transport::kSmb311;
  const auto early = [](Message message) { return message.tree(0); };
  return exchange(early(negotiate(newest)).session(0),
                  early(negotiate_response(newest)).session(0)) +
         exchange(early(session_setup(ntlm::negotiate())),
                  early(session_setup_response(ntlm::challenge())).status(smb2::kMoreProcessing)) +
         exchange(early(session_setup(ntlm::authenticate())).session(1),
                  early(session_setup_response({}))) +
         exchange(early(tree_connect(share)), tree_connect_response(ShareType::kPipe));
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

}  // namespace rpcsieve::forge
