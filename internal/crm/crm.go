// Package crm holds the words that every other package speaks: ids, dates,
// money, orders, interactions, errors and the event that is being handled.
//
// It decides nothing and knows nobody: it imports only the standard library
// and may be imported by all.
package crm
