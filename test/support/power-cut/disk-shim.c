// A disk that can be watched and slowed down: LD_PRELOAD for a program under test. disk-shim.ts compiles and loads it.
//
// It passes every call on to libc, and for what lies below TIDEGATE_DISK_ROOT (an absolute path)
//   TIDEGATE_DISK_TRACE       appends each call that changes a file or a name to this file, in the order in which they took effect
//   TIDEGATE_TRACE_SYNCS      set: only the ends of syncs are appended, 24 bytes each, so that the trace costs nothing
//   TIDEGATE_SYNC_DELAY_US    makes every fsync and fdatasync last so much longer
//
// A record is a header, in the byte order of the machine, and `length` bytes; disk-trace.ts reads them. One lock covers a change
// and its record, so that the order in the trace is the order on disk. A sync has two records, because it covers only what was
// written before it began, and covers it only once it has ended. The trace survives the death of the process, being in the page
// cache; a change whose record is missing was neither synced nor acknowledged.
//
// LevelDB 1.20 writes through stdio, whose own writes cannot be seen; so fwrite on a watched stream writes at once, unbuffered.
// Not seen: fprintf (LevelDB's LOG, which nothing reads), mmap (LevelDB only reads by it), openat, O_SYNC. Node writes through
// libuv's thread pool, as long as io_uring is off.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// A macro of stdio.h at -O2.
#undef fwrite_unlocked

enum op { OPEN = 1, WRITE, SYNC_BEGIN, SYNC_END, TRUNCATE, RENAME, UNLINK, MKDIR, RMDIR, CLOSE };

struct header {
  uint32_t op;
  int32_t fd;
  int64_t value;
  uint64_t length;
};

#define FDS_MAX 65536
static const int64_t AT_POSITION = -1;

static char watched[FDS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root = NULL;
static size_t root_length = 0;
static int trace_fd = -1;
static int syncs_only = 0;
static long sync_delay_us = 0;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
  const char *trace = getenv("TIDEGATE_DISK_TRACE");
  const char *delay = getenv("TIDEGATE_SYNC_DELAY_US");
  root = getenv("TIDEGATE_DISK_ROOT");
  root_length = root == NULL ? 0 : strlen(root);
  syncs_only = getenv("TIDEGATE_TRACE_SYNCS") != NULL;
  sync_delay_us = delay == NULL ? 0 : atol(delay);
  if (trace != NULL) trace_fd = REAL(open)(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (trace != NULL && trace_fd == -1) abort();
}

static int below_root(const char *path) {
  return root_length > 0 && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == '\0');
}

static int is_watched(int fd) { return fd >= 0 && fd < FDS_MAX && watched[fd]; }

static void record(enum op op, int fd, int64_t value, const struct iovec *parts, int count) {
  if (trace_fd == -1 || (syncs_only && op != SYNC_END)) return;
  struct header header = {op, fd, value, 0};
  struct iovec all[1 + IOV_MAX];
  for (int i = 0; i < count; i++) header.length += parts[i].iov_len;
  all[0] = (struct iovec){&header, sizeof header};
  if (count > 0) memcpy(all + 1, parts, count * sizeof *parts);
  // A trace that lacks a record would accuse the program falsely.
  int saved = errno;
  ssize_t written = REAL(writev)(trace_fd, all, 1 + (count < IOV_MAX ? count : IOV_MAX - 1));
  if (written != (ssize_t)(sizeof header + header.length)) abort();
  errno = saved;
}

static void record_bytes(enum op op, int fd, int64_t value, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  record(op, fd, value, &part, 1);
}

static int open_watched(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (!below_root(path)) return real(path, flags, mode);
  pthread_mutex_lock(&lock);
  int fd = real(path, flags, mode);
  if (fd >= FDS_MAX) abort();
  if (fd != -1) {
    watched[fd] = 1;
    record_bytes(OPEN, fd, flags, path, strlen(path));
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define OPEN_AS(name)                                       \
  int name(const char *path, int flags, ...) {              \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = flags & O_CREAT ? va_arg(rest, int) : 0;  \
    va_end(rest);                                           \
    return open_watched(REAL(name), path, flags, mode);     \
  }
OPEN_AS(open)
OPEN_AS(open64)

/** Runs a write on a watched file and records as many bytes as it took. */
#define WRITE_AS(fd, offset, parts, count, call)            \
  if (!is_watched(fd)) return call;                         \
  pthread_mutex_lock(&lock);                                \
  ssize_t written = call;                                   \
  if (written > 0) record_written(fd, offset, parts, count, written); \
  pthread_mutex_unlock(&lock);                              \
  return written

static void record_written(int fd, int64_t offset, const struct iovec *parts, int count, ssize_t written) {
  struct iovec taken[IOV_MAX];
  int used = 0;
  for (size_t left = written; left > 0 && used < count; used++) {
    taken[used] = parts[used];
    if (taken[used].iov_len > left) taken[used].iov_len = left;
    left -= taken[used].iov_len;
  }
  record(WRITE, fd, offset, taken, used);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  WRITE_AS(fd, AT_POSITION, &part, 1, REAL(write)(fd, bytes, length));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  WRITE_AS(fd, AT_POSITION, parts, count, REAL(writev)(fd, parts, count));
}

#define PWRITE_AS(name, off)                                                   \
  ssize_t name(int fd, const void *bytes, size_t length, off offset) {         \
    struct iovec part = {(void *)bytes, length};                               \
    WRITE_AS(fd, offset, &part, 1, REAL(name)(fd, bytes, length, offset));     \
  }
PWRITE_AS(pwrite, off_t)
PWRITE_AS(pwrite64, off64_t)

#define PWRITEV_AS(name, off)                                                  \
  ssize_t name(int fd, const struct iovec *parts, int count, off offset) {     \
    WRITE_AS(fd, offset, parts, count, REAL(name)(fd, parts, count, offset));  \
  }
PWRITEV_AS(pwritev, off_t)
PWRITEV_AS(pwritev64, off64_t)

/** "w" and "a" as LevelDB uses them; a stream that is read needs no watching. */
static FILE *fopen_watched(FILE *(*real)(const char *, const char *), const char *path, const char *mode) {
  if (!below_root(path) || mode[0] == 'r') return real(path, mode);
  pthread_mutex_lock(&lock);
  FILE *file = real(path, mode);
  if (file != NULL) {
    int fd = fileno(file);
    if (fd >= FDS_MAX) abort();
    watched[fd] = 1;
    record_bytes(OPEN, fd, O_WRONLY | O_CREAT | (mode[0] == 'a' ? O_APPEND : O_TRUNC), path, strlen(path));
  }
  pthread_mutex_unlock(&lock);
  return file;
}

FILE *fopen(const char *path, const char *mode) { return fopen_watched(REAL(fopen), path, mode); }
FILE *fopen64(const char *path, const char *mode) { return fopen_watched(REAL(fopen64), path, mode); }

static size_t write_whole(FILE *file, const char *bytes, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t written = write(fileno(file), bytes + done, length - done);
    if (written == -1 && errno != EINTR) break;
    if (written > 0) done += written;
  }
  return done;
}

#define FWRITE_AS(name)                                                                  \
  size_t name(const void *bytes, size_t size, size_t count, FILE *file) {                \
    if (size == 0 || !is_watched(fileno(file))) return REAL(name)(bytes, size, count, file); \
    return write_whole(file, bytes, size * count) / size;                                \
  }
FWRITE_AS(fwrite)
FWRITE_AS(fwrite_unlocked)

int fclose(FILE *file) {
  int fd = fileno(file);
  if (!is_watched(fd)) return REAL(fclose)(file);
  pthread_mutex_lock(&lock);
  watched[fd] = 0;
  record(CLOSE, fd, 0, NULL, 0);
  int result = REAL(fclose)(file);
  pthread_mutex_unlock(&lock);
  return result;
}

#define TRUNCATE_AS(name, off)                                                 \
  int name(int fd, off length) {                                               \
    if (!is_watched(fd)) return REAL(name)(fd, length);                        \
    pthread_mutex_lock(&lock);                                                 \
    int result = REAL(name)(fd, length);                                       \
    if (result == 0) record(TRUNCATE, fd, length, NULL, 0);                    \
    pthread_mutex_unlock(&lock);                                               \
    return result;                                                             \
  }
TRUNCATE_AS(ftruncate, off_t)
TRUNCATE_AS(ftruncate64, off64_t)

static int sync_watched(int (*real)(int), int fd) {
  if (!is_watched(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  record(SYNC_BEGIN, fd, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  int result = real(fd);
  struct timespec delay = {sync_delay_us / 1000000, sync_delay_us % 1000000 * 1000};
  if (sync_delay_us > 0) nanosleep(&delay, NULL);
  pthread_mutex_lock(&lock);
  if (result == 0) record(SYNC_END, fd, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) { return sync_watched(REAL(fsync), fd); }
int fdatasync(int fd) { return sync_watched(REAL(fdatasync), fd); }

int rename(const char *from, const char *to) {
  if (!below_root(from) && !below_root(to)) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  int result = REAL(rename)(from, to);
  struct iovec names[] = {{(void *)from, strlen(from) + 1}, {(void *)to, strlen(to)}};
  if (result == 0) record(RENAME, -1, 0, names, 2);
  pthread_mutex_unlock(&lock);
  return result;
}

/** A call that changes one name. */
#define NAME_AS(op, path, call)                                      \
  if (!below_root(path)) return call;                                \
  pthread_mutex_lock(&lock);                                         \
  int result = call;                                                 \
  if (result == 0) record_bytes(op, -1, 0, path, strlen(path));      \
  pthread_mutex_unlock(&lock);                                       \
  return result

int unlink(const char *path) { NAME_AS(UNLINK, path, REAL(unlink)(path)); }
int rmdir(const char *path) { NAME_AS(RMDIR, path, REAL(rmdir)(path)); }
int mkdir(const char *path, mode_t mode) { NAME_AS(MKDIR, path, REAL(mkdir)(path, mode)); }

int close(int fd) {
  if (!is_watched(fd)) return REAL(close)(fd);
  pthread_mutex_lock(&lock);
  watched[fd] = 0;
  record(CLOSE, fd, 0, NULL, 0);
  int result = REAL(close)(fd);
  pthread_mutex_unlock(&lock);
  return result;
}
