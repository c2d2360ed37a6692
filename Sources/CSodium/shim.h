#ifndef HOLDFAST_CSODIUM_SHIM_H
#define HOLDFAST_CSODIUM_SHIM_H

#include <sodium.h>

#endif
