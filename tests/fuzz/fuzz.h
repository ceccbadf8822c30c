/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a fuzz target is: called with one input after the other, aborts at the first one that is handled wrongly.
 * libFuzzer calls it, or driver.c where there is no engine. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
