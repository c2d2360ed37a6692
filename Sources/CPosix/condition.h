// The condition both platform files work on: they differ in its clock only.
#ifndef HOLDFAST_CONDITION_H
#define HOLDFAST_CONDITION_H

#include <pthread.h>

struct condition {
    pthread_mutex_t mutex;
    pthread_cond_t signalled;
};

#endif
