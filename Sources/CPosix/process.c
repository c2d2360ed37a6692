// Which process this is. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"
#include "advice.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

// What a process knows of itself; 0 is what it has not asked for yet.
struct process {
    _Atomic(int32_t) number;
    _Atomic(uint64_t) token;
};

// Stands for the page where none is wiped, which is so on Darwin and on emulators.
static struct process unwiped;
// In a page that forked children find wiped.
static _Atomic(struct process *) process_page;

static void forget_parent(void) {
    atomic_store(&unwiped.number, getpid());
    atomic_store(&unwiped.token, 0);
}

static struct process *make_process_page(void) {
    struct process *made = &unwiped;
#if defined(MADV_WIPEONFORK)
    size_t length = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
        if (follows_advice(page, length, MADV_WIPEONFORK)) made = page;
        else munmap(page, length);
    }
#endif
    if (made == &unwiped) {
        int32_t nobody = 0;
        // Of several threads one puts the handler in.
        if (atomic_compare_exchange_strong(&unwiped.number, &nobody, getpid())) pthread_atfork(NULL, NULL, forget_parent);
    }
    struct process *present = NULL;
    if (atomic_compare_exchange_strong(&process_page, &present, made)) return made;
#if defined(MADV_WIPEONFORK)
    if (made != &unwiped) munmap((void *)made, length);
#endif
    return present;
}

static struct process *this_process(void) {
    struct process *own = atomic_load_explicit(&process_page, memory_order_acquire);
    return own != NULL ? own : make_process_page();
}

int32_t cposix_getpid(void) {
    struct process *own = this_process();
    if (own == &unwiped) return getpid();
    int32_t number = atomic_load_explicit(&own->number, memory_order_relaxed);
    if (number == 0) {
        number = getpid();
        atomic_store_explicit(&own->number, number, memory_order_relaxed);
    }
    return number;
}

static uint64_t new_token(void) {
    uint64_t token = 0;
    if (cposix_random(&token, sizeof token) != (intptr_t)sizeof token || token == 0) {
        // Two processes of one family do not ask in one nanosecond with one number.
        token = (cposix_monotonic_clock() << 20 ^ (uint64_t)getpid()) | 1;
    }
    return token;
}

uint64_t cposix_process_token(void) {
    struct process *own = this_process();
    // A child that was made without fork(3) ran no handler.
    if (own == &unwiped && atomic_load(&own->number) != getpid()) forget_parent();
    uint64_t token = atomic_load_explicit(&own->token, memory_order_relaxed);
    if (token == 0) {
        uint64_t fresh = new_token();
        // Of several threads one decides.
        if (atomic_compare_exchange_strong(&own->token, &token, fresh)) token = fresh;
    }
    return token;
}

intptr_t cposix_process_exists(int32_t number) { return kill(number, 0) < 0 ? -errno : 0; }
