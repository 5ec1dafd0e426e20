#pragma once

#include <string>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/engine/engine.h"
#include "tests/support/forge.h"

namespace rpcsieve::test {

using Records = std::vector<std::string>;

// The rules of every Sensor, all over the small catalogue:
//   key-read     LsarRetrievePrivateData (43), its stub holds "G$BCKUPKEY_" in UTF-16
//   secret-open  LsarOpenSecret (28), its stub holds "SECRET"; not if it is sealed
//   service      RCreateServiceW (12 of svcctl)
const database::Database& sensor_database();
const match::Matcher& sensor_matcher();

// print gives a record on one line, without its time:
//   call 10.0.0.5:49152 > 10.0.0.1:445 smb(lsarpc) lsarpc 43 bound stub=24: success 00000000
//   alert key-read matched bound 10.0.0.5:49152 > …, the rest as of the call
//   endpoint ept_map 10.0.0.1 12345778-1234-abcd-ef00-0123456789ab v0 tcp 10.0.0.1:49664
//   blind smb_encrypted 10.0.0.5:49152 > 10.0.0.1:445 session=7
//   blind stubs_sealed 10.0.0.5:49152 > 10.0.0.1:49664 tcp
//   file 10.0.0.5:49152 > 10.0.0.1:445 smb2 \\dc\C$ a\b.txt read open: success 0x00000000 opened
// with uuid or - where the interface has no name or is not known, followed, where they hold, by
// object, auth=ntlm/privacy, sealed, cut, user=LAB\alice@WS1, realm=LAB.TEST, service=cifs/dc1, and
// frags=2.
std::string print(const alert::Record& record);

// all_calls are the default options of a Sensor: every call gives a record. The table of flows is
// smaller than usual, so that it takes less time to make one.
engine::Options all_calls();
engine::Options only_alerts();

// Sensor runs captures through an Engine and keeps what it reports.
class Sensor {
 public:
  explicit Sensor(const engine::Options& options = all_calls());

  Sensor& push(const Capture& capture);
  Sensor& push(const Sent& sent);
  // push takes a frame of which `cut` bytes at the end were not captured.
  Sensor& push(packet::LinkType link, const Buffer& frame, Timestamp time, std::size_t cut = 0);
  Sensor& finish();

  // records gives what was reported since the last call.
  Records records();
  [[nodiscard]] std::uint64_t count(Counter counter) const { return engine_.counters()[counter]; }
  [[nodiscard]] const alert::CoverageTable& coverage() const { return engine_.coverage(); }

 private:
  Sensor& drain();

  engine::Engine engine_;
  Records records_;
};

// play gives all records of a capture.
Records play(const Capture& capture, const engine::Options& options = all_calls());
// without_blind_spots gives the calls and alerts among records.
Records without_blind_spots(Records records);
// sorted puts records into an order of their own, for when theirs may differ.
Records sorted(Records records);

}  // namespace rpcsieve::test
