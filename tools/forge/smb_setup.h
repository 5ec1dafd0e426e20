#pragma once

#include "tools/forge/ntlm_builder.h"
#include "tools/forge/smb_builder.h"

// The messages before a pipe can be opened. Security blobs are bare NTLM messages, as servers take
// them [MS-SMB2 §3.3.5.5].
namespace rpcsieve::forge {
namespace smb2 {

// negotiate offers every dialect up to 2.1, or, with the contexts of 3.1.1, up to that.
Message negotiate(bool with_311);
Message negotiate_response(bool is_311);

}  // namespace smb2

namespace smb1 {

Message negotiate();
Message negotiate_response();
Message session_setup(const Buffer& token);
Message session_setup_response(const Buffer& token);
// tree_connect_for also names the service that it expects, any, as servers demand it.
Message tree_connect_for(std::string_view path);
Message write_andx_response(std::size_t count);

}  // namespace smb1
}  // namespace rpcsieve::forge
