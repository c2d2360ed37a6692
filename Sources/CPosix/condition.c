// Conditions, as far as Linux and Darwin share them.
#define _GNU_SOURCE
#include "condition.h"
#include "CPosix.h"

#include <stdlib.h>

void cposix_condition_destroy(void *pointer) {
    struct condition *condition = pointer;
    pthread_cond_destroy(&condition->signalled);
    pthread_mutex_destroy(&condition->mutex);
    free(condition);
}

intptr_t cposix_condition_lock(void *condition) { return -pthread_mutex_lock(&((struct condition *)condition)->mutex); }

intptr_t cposix_condition_unlock(void *condition) {
    return -pthread_mutex_unlock(&((struct condition *)condition)->mutex);
}

intptr_t cposix_condition_wait(void *pointer) {
    struct condition *condition = pointer;
    return -pthread_cond_wait(&condition->signalled, &condition->mutex);
}

intptr_t cposix_condition_signal(void *condition) {
    return -pthread_cond_signal(&((struct condition *)condition)->signalled);
}

intptr_t cposix_condition_broadcast(void *condition) {
    return -pthread_cond_broadcast(&((struct condition *)condition)->signalled);
}
