#pragma once

#include <string>

namespace rpcsieve::cli {

// rebuild writes a capture anew with the TCP that a filter took out of it, for engines that read
// nothing without: each connection has its handshake, its bytes without the holes between the
// packets that were kept, an acknowledgment of each packet, and its end. Repeated bytes are left
// out, UDP stays as it is, and times stay where they can. False, and why, if the capture cannot be
// read or the file not be written.
bool rebuild(const std::string& capture, const std::string& path, std::string& error);

}  // namespace rpcsieve::cli
