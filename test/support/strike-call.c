/* Preloaded into a run: at the STRIKE_AT-th call of STRIKE_CALL on a path below STRIKE_DIR it kills the process, or with STRIKE_ERRNO fails that call.
 * With STRIKE_COUNT it writes there, when the process ends, how many calls of each name were made below STRIKE_DIR. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"open", "write", "fsync", "rename", "link", "unlink"};
#define NAMES 6
static int calls[NAMES];

static int below(const char *path) {
  const char *dir = getenv("STRIKE_DIR");
  return dir && path && strncmp(path, dir, strlen(dir)) == 0;
}

static int open_below(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

static int struck(const char *name, int counts) {
  const char *call = getenv("STRIKE_CALL"), *at = getenv("STRIKE_AT"), *error = getenv("STRIKE_ERRNO");
  int which = 0, nth;
  if (!counts) return 0;
  while (strcmp(names[which], name)) which++;
  nth = __sync_add_and_fetch(&calls[which], 1);
  if (!call || !at || strcmp(call, name) || nth != atoi(at)) return 0;
  if (!error) {
    kill(getpid(), SIGKILL);
    pause();
  }
  errno = atoi(error);
  return 1;
}

__attribute__((destructor)) static void tell(void) {
  const char *file = getenv("STRIKE_COUNT");
  FILE *out = file ? fopen(file, "w") : NULL;
  if (!out) return;
  for (int i = 0; i < NAMES; i++) fprintf(out, "%d\n", calls[i]);
  fclose(out);
}

#define NEXT(name) static __typeof__(&name) next; if (!next) next = dlsym(RTLD_NEXT, #name)
int rename(const char *a, const char *b) { NEXT(rename); return struck("rename", below(b)) ? -1 : next(a, b); }
int link(const char *a, const char *b) { NEXT(link); return struck("link", below(b)) ? -1 : next(a, b); }
int unlink(const char *a) { NEXT(unlink); return struck("unlink", below(a)) ? -1 : next(a); }
int fsync(int fd) { NEXT(fsync); return struck("fsync", open_below(fd)) ? -1 : next(fd); }
int fdatasync(int fd) { NEXT(fdatasync); return struck("fsync", open_below(fd)) ? -1 : next(fd); }
ssize_t write(int fd, const void *b, size_t n) { NEXT(write); return struck("write", fd > 2 && open_below(fd)) ? -1 : next(fd, b, n); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) { NEXT(pwrite64); return struck("write", open_below(fd)) ? -1 : next(fd, b, n, at); }
#define OPEN(name) int name(const char *path, int flags, ...) { NEXT(name); va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, int); va_end(rest); \
  return struck("open", (flags & (O_WRONLY | O_RDWR)) && below(path)) ? -1 : next(path, flags, mode); }
OPEN(open)
OPEN(open64)
