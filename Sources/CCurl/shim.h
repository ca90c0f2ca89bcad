#include <curl/curl.h>

// `curl_easy_setopt` and `curl_easy_getinfo` take a variable number of arguments, which Swift cannot
// call: one function for each type of argument.

static inline CURLcode curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

typedef size_t (*curl_shim_bytes)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode curl_set_receiver(
    CURL *handle, CURLoption option, curl_shim_bytes function) {
  return curl_easy_setopt(handle, option, function);
}

static inline CURLcode curl_set_progress(CURL *handle, curl_xferinfo_callback function) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode curl_set_open_socket(CURL *handle, curl_opensocket_callback function) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}

// A transfer that is over does not wait for the resolver's thread, where the library can do so.
static inline CURLcode curl_set_quick_exit(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
  return CURLE_OK;
#endif
}

// The names of the protocols, and the same as bits for older versions of the library.
static inline CURLcode curl_limit_protocols(CURL *handle, const char *names, long bits) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, names);
#else
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, bits);
#endif
}

static inline CURLcode curl_status_code(CURL *handle, long *status) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}
