// SHA-256 (FIPS 180-4): names contents in the output cache.

#ifndef BATON_SHA256_H
#define BATON_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct baton_sha256 {
    uint32_t state[8];
    uint64_t length;  // bytes taken in so far
    uint8_t block[64];
};

void baton_sha256_begin(struct baton_sha256 *hash);
void baton_sha256_add(struct baton_sha256 *hash, const void *bytes, size_t count);
void baton_sha256_end(struct baton_sha256 *hash, uint8_t digest[32]);

#endif
