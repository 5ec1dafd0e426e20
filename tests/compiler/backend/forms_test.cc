#include "compiler/backend/forms.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rpcsieve::compiler {
namespace {

TEST(Forms, AreSorted) { EXPECT_TRUE(std::is_sorted(kForms.begin(), kForms.end())); }

TEST(Forms, FirstAlternativeHasThePlainName) {
  EXPECT_EQ(form_name("raw-bind-n", 0), "raw-bind-n");
  EXPECT_EQ(form_name("raw-bind-n", 1), "raw-bind-n-2");
}

TEST(Forms, KnowTheirNames) {
  for (const std::string_view form : kForms) {
    EXPECT_TRUE(is_form(form)) << form;
    EXPECT_EQ(is_form(form_name(form, 9)), form != "native") << form;
  }
  for (const std::string_view text :
       {"", "ap", "apps", "app-", "app-0", "app-1", "app-02", "app-n", "app-2x", "-2", "native-2"})
    EXPECT_FALSE(is_form(text)) << text;
}

}  // namespace
}  // namespace rpcsieve::compiler
