// Package webhook takes what shops tell us: it verifies the raw bytes, asks the
// platform what they mean, finds the person, and writes the facts. What can't
// be used is kept sealed for a person to look at and answered 200, so that the
// shop does not deliver it for ever.
//
// The platforms are packages of their own below this one and know nothing of
// each other; main plugs them in.
package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
	"guanxi/internal/webhook/intake"
)

// MaxBody is the size up to which a delivery is read.
const MaxBody = 1 << 20

// Receiver serves Route. All fields are needed.
type Receiver struct {
	Platforms   map[string]Platform // by the name in the path
	Connections Connections
	People      People
	Addresses   Addresses
	Facts       Facts
	Inbox       Inbox
	Base        string         // the deployment's currency
	Zone        *time.Location // whose dates the rates mean
	Log         *slog.Logger
}

// Handler routes deliveries; any other path is not found.
func (r *Receiver) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(Route, r.receive)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "there is nothing here")
	})
	return mux
}

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "deliveries are posted")
		return
	}
	platform, ok := r.Platforms[req.PathValue("platform")]
	if !ok {
		refuse(w, http.StatusNotFound, "there is no such platform")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		refuse(w, http.StatusRequestEntityTooLarge, "a delivery has at most 1 MiB")
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body could not be read")
		return
	}
	ctx := req.Context()
	c, err := r.authenticate(ctx, platform, req, body)
	if err == nil {
		var a answer
		if a, err = r.take(ctx, platform, c, req.Header, body); err == nil {
			telemetry.Count(ctx, a.metric, 1)
			a.write(w)
			return
		}
	}
	r.fail(ctx, w, err)
}

// authenticate gives the connection whose secret signed the body. That there
// is no such connection looks like a wrong signature, also in time: a decoy is
// verified in its place.
func (r *Receiver) authenticate(ctx context.Context, p Platform, req *http.Request, body []byte) (crm.Connection, error) {
	const op = "webhook.authenticate"
	id := crm.ConnectionID(req.PathValue("connection"))
	c, err := crm.Connection{}, error(crm.Fail(op, crm.NotFound, "not the form of an id"))
	if intake.ValidID(id) {
		c, err = r.Connections.Connection(ctx, id)
	}
	known := err == nil && c.Active && c.Platform == req.PathValue("platform") && len(c.Secrets) > 0
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return c, err
	}
	secrets := c.Secrets
	if !known {
		secrets = []string{decoy}
	}
	if !p.Verify(req.Header, body, secrets) || !known {
		return c, crm.Fail(op, crm.Unauthenticated, "the signature does not fit")
	}
	return c, nil
}

// decoy has the form of every platform's secrets and signs nothing.
const decoy = "whsec_ZGVjb3lkZWNveWRlY295ZGVjb3lkZWNveQ=="

// take translates a verified delivery and writes its facts; what it can't use
// it keeps.
func (r *Receiver) take(ctx context.Context, p Platform, c crm.Connection, h http.Header, body []byte) (answer, error) {
	d, err := p.Translate(c, h, body)
	telemetry.Note(ctx, "connection", string(c.ID))
	telemetry.Note(ctx, "topic", d.Topic)
	telemetry.Note(ctx, "delivery", d.ID)
	if err == nil && d.Reviewed != "" {
		err = Refuse(d.Reviewed, "for a person")
	}
	if err == nil {
		err = r.write(ctx, c, d)
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		r.Log.WarnContext(ctx, "delivery kept for review", "connection", c.ID, "topic", d.Topic, "delivery", d.ID, "reason", refusal.Reason, "detail", refusal.Detail)
		return kept(refusal.Reason), r.Inbox.Keep(ctx, intake.Unusable{
			ID: intake.UnusableID(c.ID, d.Topic, body), Connection: c.ID, Topic: d.Topic, Delivery: d.ID, Reason: refusal.Reason, Body: body,
		})
	}
	if d.Ignored != "" {
		return ignored(d.Ignored), err
	}
	return accepted(), err
}

// write turns all of a delivery into facts before it writes the first of them.
func (r *Receiver) write(ctx context.Context, c crm.Connection, d Delivery) error {
	event := crm.EventOf(ctx)
	b := book{connection: c, base: r.Base, zone: r.Zone, at: event.At, origin: crm.Origin{
		Source: c.Platform + "/" + string(c.ID), Delivery: d.ID, Trace: event.Trace, RecordedAt: event.At,
	}}
	place := placer{r.People, r.Addresses, r.Facts, r.Zone}
	var steps []func() error
	for _, s := range d.People {
		m, err := b.person(s)
		if err != nil {
			return err
		}
		steps = append(steps, func() error {
			id, err := r.People.Resolve(ctx, m)
			telemetry.Note(ctx, "customer", string(id))
			return err
		})
	}
	for _, s := range d.Orders {
		o, by, err := b.order(s)
		if err != nil {
			return err
		}
		refunds := make([]crm.Refund, len(s.Refunds))
		for i, refund := range s.Refunds {
			if refunds[i], err = b.refund(refund); err != nil {
				return err
			}
		}
		steps = append(steps, func() error { return place.order(ctx, o, by, refunds) })
	}
	for _, s := range d.Refunds {
		refund, err := b.refund(s)
		if err != nil {
			return err
		}
		steps = append(steps, func() error { return place.refund(ctx, refund) })
	}
	for _, id := range d.Deleted {
		if !validID(id) {
			return Refuse(intake.NoID, "deleted order")
		}
		steps = append(steps, func() error {
			return place.deletion(ctx, crm.OrderKey{Connection: c.ID, ID: id}, b.origin)
		})
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// retryAfter is what a shop is told that has to deliver again.
const retryAfter = 30 * time.Second

// fail answers what is not the delivery's fault so that the shop tries again,
// and a wrong signature without saying what was wrong.
func (r *Receiver) fail(ctx context.Context, w http.ResponseWriter, err error) {
	switch crm.KindOf(err) {
	case crm.Unauthenticated:
		telemetry.Count(ctx, telemetry.DeliveriesRefused, 1)
		w.Header().Set("WWW-Authenticate", "Signature")
		refuse(w, http.StatusUnauthorized, "the signature is missing or wrong")
	case crm.Unavailable, crm.TooMany, crm.Conflict:
		r.Log.WarnContext(ctx, "delivery put off", "error", err)
		tryLater(w, retryAfter)
	default:
		r.Log.ErrorContext(ctx, "delivery failed", "error", err)
		refuse(w, http.StatusInternalServerError, "the fault is ours; deliver again")
	}
}
