#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace rpcsieve::compiler {

// kForms names every form that an alternative of a detection may take on some target, sorted. Each
// has a number of its own, so a detection has the same numbers whatever target is compiled.
//
//   native                   the alert of rpcsieve's own matcher
//   app, app-smb             by the engine's RPC parser; app-smb has rules that guard it
//   guard-…                  rules that note offers of other interfaces, and never alert
//   packet-…, packet         by bytes: a request that fills a packet, behind an accepted offer
//   raw-bind, raw            by bytes: a bind notes its interface, a request of context id 0 alerts
//   raw-bind-n, raw-n        the same for context ids from 1 up
//   raw-big                  the same for a big-endian request
//   raw-turned               the same for a connection whose direction the engine mistook
//   sealed, sealed-n         by bytes: a request behind that bind whose stub is sealed
//   stub                     by bytes: a request whose stub tells enough without a bind
//   udp                      by bytes: a connectionless request
inline constexpr std::array<std::string_view, 20> kForms = {
    "app",          "app-smb", "guard-packet", "guard-smb1", "guard-smb2",
    "guard-stream", "native",  "packet",       "packet-ack", "packet-bind",
    "raw",          "raw-big", "raw-bind",     "raw-bind-n", "raw-n",
    "raw-turned",   "sealed",  "sealed-n",     "stub",       "udp"};

// form_name names a form of the alternative with that index: "app", "app-2", "app-3". The alert of
// rpcsieve's own matcher is one for all alternatives, so `native` has no others.
std::string form_name(std::string_view form, std::size_t alternative);

// is_form says whether form_name gives this name for some alternative.
bool is_form(std::string_view name);

}  // namespace rpcsieve::compiler
