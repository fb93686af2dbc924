package crm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"guanxi/internal/crm"
)

func TestIDsSortByTheirTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	var ids []string
	for i := range 300 {
		ids = append(ids, crm.NewID("cus", at.Add(time.Duration(i)*time.Millisecond)))
	}
	if !slices.IsSorted(ids) {
		t.Error("ids of later events sort before earlier ones")
	}
	for _, id := range ids {
		if err := crm.ParseID("cus", id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if one, other := crm.NewID("cus", at), crm.NewID("cus", at); one == other {
		t.Error("two ids of one instant are equal")
	}
}

func TestIDsThatAreNone(t *testing.T) {
	good := crm.NewID("cus", time.Unix(0, 0))
	for _, bad := range []string{"", "cus_", good + "0", good[:len(good)-1], "int" + good[3:], "CUS" + good[3:],
		"cus_0190163D8694739B9C5F1E2D3A4B5C6D", "cus_0190163d8694739b9c5f1e2d3a4b5c6#", good + "\n"} {
		if crm.ParseID("cus", bad) == nil {
			t.Errorf("%q was taken for an id", bad)
		}
	}
}

// Any two different statements have an order, and equal ones are equal.
func TestVersionsOrderStatements(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.FixedZone("", 8*3600))
	ascending := []crm.Version{
		"",
		crm.NewVersion(at.Add(-time.Hour), 5, []byte("b")),
		crm.NewVersion(at, 1, []byte("b")),
		crm.NewVersion(at, 2, []byte("a")),
		crm.NewVersion(at, 10, []byte("a")),
		crm.NewVersion(at.Add(time.Microsecond), 1, []byte("a")),
		crm.NewVersion(at.AddDate(1, 0, 0), 1, []byte("a")),
	}
	if !slices.IsSorted(ascending) {
		t.Errorf("not ascending: %q", ascending)
	}
	if crm.NewVersion(at, 1, []byte("a")) != crm.NewVersion(at.UTC(), 1, []byte("a")) {
		t.Error("one statement has two versions")
	}
	if crm.NewVersion(at, 1, []byte("a")) == crm.NewVersion(at, 1, []byte("b")) {
		t.Error("two statements have one version")
	}
}

func TestKindOfAnError(t *testing.T) {
	cause := errors.New("socket closed")
	lost := &crm.Error{Op: "store.Save", Kind: crm.Conflict, Detail: "somebody was faster", Err: cause}
	for _, c := range []struct {
		err  error
		want crm.Kind
	}{
		{cause, crm.Internal},
		{lost, crm.Conflict},
		{fmt.Errorf("keeping: %w", lost), crm.Conflict},
		{&crm.Error{Op: "outer", Kind: crm.Unavailable, Err: lost}, crm.Unavailable}, // the outermost decides
		{crm.Wrong("op", "lines[2].amount", "must be %d", 1), crm.Invalid},
	} {
		if got := crm.KindOf(c.err); got != c.want {
			t.Errorf("KindOf(%v) = %d, want %d", c.err, got, c.want)
		}
	}
	if !errors.Is(lost, cause) {
		t.Error("the cause is lost")
	}
}

func TestOnlyOrdersThatStandCount(t *testing.T) {
	for state, want := range map[crm.OrderState]bool{crm.OrderOpen: true, crm.OrderPaid: true, crm.OrderFulfilled: true, crm.OrderCancelled: false, crm.OrderDeleted: false} {
		if state.Counts() != want {
			t.Errorf("%s.Counts() = %t", state, !want)
		}
	}
	ranked := []crm.OrderState{"unknown", crm.OrderOpen, crm.OrderPaid, crm.OrderFulfilled, crm.OrderCancelled, crm.OrderDeleted}
	for i, state := range ranked {
		if state.Rank() != i {
			t.Errorf("%s.Rank() = %d, want %d", state, state.Rank(), i)
		}
	}
}

func TestRateOnADate(t *testing.T) {
	c := crm.Connection{Rates: []crm.DatedRate{
		{Currency: "USD", From: 20100, Rate: "7.3"},
		{Currency: "USD", From: 20000, Rate: "7.2"},
		{Currency: "EUR", From: 20050, Rate: "7.9"},
		{Currency: "XXX", From: 20000, Rate: "nonsense"},
	}}
	for _, w := range []struct {
		currency string
		on       crm.Date
		rate     crm.Rate
		found    bool
	}{
		{"USD", 19999, 0, false},
		{"USD", 20000, 7_200_000_000, true},
		{"USD", 20099, 7_200_000_000, true},
		{"USD", 20100, 7_300_000_000, true},
		{"EUR", 20200, 7_900_000_000, true},
		{"CNY", 0, crm.Par, true},
		{"GBP", 20200, 0, false},
		{"XXX", 20200, 0, false},
	} {
		if rate, found := c.RateOn(w.currency, "CNY", w.on); rate != w.rate || found != w.found {
			t.Errorf("RateOn(%s, %s) = %d, %t", w.currency, w.on, rate, found)
		}
	}
}

func TestTheEventIsTheClock(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	ctx := crm.WithEvent(context.Background(), crm.Event{At: at, Trace: "t-1", Subject: "li"})
	if got := crm.EventOf(ctx); crm.AsOf(ctx) != at || got.Trace != "t-1" || got.Subject != "li" {
		t.Errorf("the event became %+v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a context without an event had a time")
		}
	}()
	crm.AsOf(context.Background())
}
