#include "compiler/diagnostic.h"
