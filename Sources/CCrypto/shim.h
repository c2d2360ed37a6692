#ifndef HOLDFAST_CCRYPTO_SHIM_H
#define HOLDFAST_CCRYPTO_SHIM_H

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#endif
