package routing_test

import (
	"slices"
	"testing"

	"guanxi/internal/event"
	"guanxi/internal/routing"
)

func TestWorkers(t *testing.T) {
	for kind, want := range map[string][]routing.Worker{
		"order":       {routing.Recompute},
		"refund":      {routing.Recompute},
		"interaction": {routing.Recompute},
		"answer":      {routing.Recompute},
		"profile":     {routing.Recompute},
		"decision":    {routing.Warn},
		"survey":      nil, // of a later version
	} {
		if got, err := routing.Workers(kind); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s wakes %v, %v; want %v", kind, got, err, want)
		}
	}
	if got, err := routing.Workers(""); err == nil {
		t.Errorf("a fact without a kind wakes %v", got)
	}
}

func TestMessages(t *testing.T) {
	for worker, want := range map[routing.Worker]event.Kind{routing.Recompute: event.Wake, routing.Warn: event.Changed} {
		if got := worker.Message(); got != want {
			t.Errorf("%s is sent %s, want %s", worker, got, want)
		}
	}
}
