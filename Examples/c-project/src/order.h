// The words of a table, most frequent first, then by alphabet.

#ifndef ORDER_H
#define ORDER_H

#include "table.h"

struct entry **order_table(struct table *table);  // table->size of them

#endif
