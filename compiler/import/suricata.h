#pragma once

#include <memory>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/import/detection.h"

namespace rpcsieve::compiler {

// import_suricata reads the rules of a file that name an RPC interface: dcerpc.iface (dce_iface)
// with dcerpc.opnum (dce_opnum), and contents of dcerpc.stub_data (dce_stub_data). Each becomes one
// detection; its id follows from the rule's sid. What makes a rule unusable is an error (E060,
// E064, E065), what cannot be kept a warning (W060, W061). Rules that name none, and those that are
// commented out, are passed over.
void import_suricata(const std::shared_ptr<const Source>& source, const Catalog& catalog,
                     Imports& imports, Diagnostics& out);

}  // namespace rpcsieve::compiler
