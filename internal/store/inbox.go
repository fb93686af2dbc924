package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/webhook/intake"
)

// Inbox keeps deliveries that could not be used, sealed, until a person has
// looked at them or ninety days have passed.
type Inbox struct {
	table table
	seal  sealer
	zone  *time.Location
}

// NewInbox keeps deliveries in the table Operations, by the dates of zone.
func NewInbox(db DB, operations string, keys *seal.Keys, zone *time.Location) Inbox {
	return Inbox{table{db.client, operations}, sealer{keys}, zone}
}

const (
	inboxFor     = 90 * 24 * time.Hour
	inboxChunk   = 350 << 10 // an item holds 400 KB at most
	rawAttribute = "raw"
)

// Keep is idempotent: the same delivery on the same day is the same items. A
// body that is too large for one item is compressed and cut into several.
func (b Inbox) Keep(ctx context.Context, u intake.Unusable) error {
	const op = "store.KeepUnusable"
	e := crm.EventOf(ctx)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(u.Body) // a buffer takes everything
	_ = zip.Close()
	for chunk := 0; chunk == 0 || packed.Len() > 0; chunk++ {
		k := key{inboxPK(crm.DateIn(e.At, b.zone)), inboxSK(u.ID, chunk)}
		raw, err := b.seal.seal(ctx, seal.Contact, k, rawAttribute, packed.Next(inboxChunk*3/4)) // JSON writes bytes as base64
		if err != nil {
			return err
		}
		w := write{table: b.table, key: k, when: "attribute_not_exists(PK)", put: item{rawAttribute: raw, "expires_at": num(e.At.Add(inboxFor).Unix()),
			"connection": str(string(u.Connection)), "topic": str(u.Topic), "delivery": str(u.Delivery), "reason": str(string(u.Reason)), "at": str(timeKey(e.At)), "trace": str(e.Trace)}}
		if _, err := accepted(w.do(ctx, op)); err != nil {
			return err
		}
	}
	return nil
}

// List reads what came on a day.
func (b Inbox) List(ctx context.Context, day crm.Date) (kept []intake.Unusable, err error) {
	const op = "store.Inbox"
	var packed bytes.Buffer
	last := ""
	q := query{table: b.table, pk: inboxPK(day)}
	_, err = q.run(ctx, op, func(i item) error {
		var stored struct {
			PK  string `dynamodbav:"PK"`
			SK  string `dynamodbav:"SK"`
			At  string `dynamodbav:"at"`
			Raw []byte `dynamodbav:"raw"`
			intake.Unusable
		}
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		var raw []byte
		if err := b.seal.open(ctx, seal.Contact, key{stored.PK, stored.SK}, rawAttribute, stored.Raw, &raw); err != nil {
			return err
		}
		if id := split(stored.SK)[0]; id != last {
			last = id
			packed.Reset()
			stored.ID = id
			kept = append(kept, stored.Unusable)
		}
		packed.Write(raw)
		if body, err := unpack(packed.Bytes()); err == nil { // complete with its last chunk
			kept[len(kept)-1].Body = body
		}
		return nil
	})
	return kept, err
}

func unpack(packed []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var clear bytes.Buffer
	_, err = clear.ReadFrom(zip)
	return clear.Bytes(), err
}
