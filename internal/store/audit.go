package store

import (
	"context"

	"guanxi/internal/crm"
)

// Audit says who did what. Entries are only ever added, in the transaction of
// what they speak of; they hold ids, never contents.
type audit struct{ table table }

// entry is the write that records the caller of the event being handled.
func (a audit) entry(ctx context.Context, action, subject string) write {
	e := crm.EventOf(ctx)
	return write{deed: true, table: a.table, key: auditKey(e.At, crm.NewID("aud", e.At)), when: "attribute_not_exists(PK)",
		put: item{"who": str(string(e.Subject)), "action": str(action), "what": str(subject), "trace": str(e.Trace)}}
}
