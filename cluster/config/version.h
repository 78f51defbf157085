/*
 * version.h: what we are, and whose API we speak.
 */
#pragma once

namespace vecext::config {

inline constexpr const char *kVersion = "0.1.0";     /* the extension's */
inline constexpr const char *kApiVersion = "1.19.0"; /* told to clients, which compare it with their own */
inline constexpr const char *kTitle = "qdrant - vector search engine";

} /* namespace vecext::config */
