package learning_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/learning"
	"guanxi/internal/rfm"
	"guanxi/internal/standing"
)

// base is standing decisions, dealt out to segments, and what is kept of cuts.
type base struct {
	standing.Documents
	mode     rfm.Mode
	records  []standing.Record
	versions []rfm.Frozen
	inForce  int
}

func (b *base) Each(_ context.Context, segment, segments int, each func(standing.Record) error) error {
	for i, r := range b.records {
		if i%segments == segment {
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *base) LastCuts(context.Context) (int, error) { return len(b.versions), nil }

func (b *base) KeepCuts(_ context.Context, version int, inForce bool, document []byte) error {
	var f rfm.Frozen
	if err := json.Unmarshal(document, &f); err != nil {
		return err
	}
	b.versions = append(b.versions, f)
	if inForce {
		b.inForce = version
	}
	return nil
}

func (b *base) Active(context.Context, bool) (standing.Versions, error) {
	return standing.Versions{Policy: 2}, nil
}

func (b *base) PolicyDocument(context.Context, int) ([]byte, error) {
	p := standing.Default()
	p.Version, p.Reason, p.RFM.Mode = 2, "quintiles", b.mode
	return json.Marshal(p)
}

// Ten buyers and one who never bought: two buyers in each fifth, both by
// recency and by money. The cuts decide only where the policy asks for them.
func TestCut(t *testing.T) {
	at := time.Date(2026, 2, 1, 1, 55, 0, 0, shanghai)
	yesterday := crm.DateIn(at, shanghai) - 1
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	b := &base{mode: rfm.Fixed, records: []standing.Record{{}}}
	for i := range 10 {
		order := crm.Order{Key: crm.OrderKey{Connection: "c", ID: fmt.Sprint(i)}, PlacedAt: (yesterday - crm.Date(10*i)).Midnight(shanghai),
			State: crm.OrderPaid, Rate: crm.Par, Channel: crm.ChannelOnline, Total: crm.Money{Minor: int64(1000 - 100*i), Currency: "CNY"}}
		m, _, _ := rules.Judge(history.Facts{Orders: []crm.Order{order}}, yesterday)
		b.records = append(b.records, standing.Record{Measures: m})
	}
	cutter := learning.Cutter{Decisions: b, Sets: b, Book: standing.Book{Documents: b, Currency: "CNY", Zone: shanghai}}
	cut := func() rfm.Frozen {
		t.Helper()
		if err := cutter.Cut(crm.WithEvent(context.Background(), crm.Event{At: at})); err != nil {
			t.Fatal(err)
		}
		return b.versions[len(b.versions)-1]
	}
	first := cut()
	if first.Version != 1 || first.On != yesterday || first.Buyers != 10 || !first.CutAt.Equal(at) {
		t.Errorf("%+v", first)
	}
	if b.inForce != 0 {
		t.Error("cuts are in force that no policy asks for")
	}
	scored := rfm.Default().With(first.Cuts)
	for i := range 10 {
		want := rfm.Best - i/2
		if s := scored.Of(10*i, 1, int64(1000-100*i)); s.R != want || s.M != want {
			t.Errorf("buyer %d scores %+v, want %d", i, s, want)
		}
	}
	b.mode = rfm.Quintiles
	if second := cut(); second.Version != 2 || b.inForce != 2 {
		t.Errorf("version %d, in force %d", second.Version, b.inForce)
	}
}

func TestNobodyToCut(t *testing.T) {
	b := &base{mode: rfm.Quintiles, records: []standing.Record{{}}}
	cutter := learning.Cutter{Decisions: b, Sets: b, Book: standing.Book{Documents: b, Currency: "CNY", Zone: shanghai}}
	if err := cutter.Cut(crm.WithEvent(context.Background(), crm.Event{At: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)})); err != nil || len(b.versions) > 0 {
		t.Errorf("%v, %+v", err, b.versions)
	}
}
