package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guanxi/internal/crm"
)

// Replays keeps what POSTs answered, for callers who don't know whether their
// request arrived and send it again (ADR 0017).
type Replays interface {
	// Earlier is the answer recorded under a name, nil where there is none.
	Earlier(ctx context.Context, name string) ([]byte, error)
	// Recording is a context in which what the operation writes is written
	// together with its answer: both or neither, and only if nothing is
	// recorded under the name.
	Recording(ctx context.Context, name string, answer func() ([]byte, error)) context.Context
}

const (
	idempotencyKey     = "Idempotency-Key"
	idempotentReplayed = "Idempotent-Replayed"
)

// repeatable is a request whose caller gave it a key.
type repeatable struct {
	name   string // the key, of this caller, for this operation
	digest []byte // of what was asked
	status int    // with which the operation succeeds
	answer any    // what it promised
}

type repeatableKey struct{}

// Promise states what the operation is going to answer, before the write that
// makes it true. Every POST of a person passes its answer through here, so that
// a request with an Idempotency-Key has its answer recorded with its effect.
func Promise[O any](ctx context.Context, out *O) *O {
	if r, ok := ctx.Value(repeatableKey{}).(*repeatable); ok {
		r.answer = out
	}
	return out
}

// takeKey reads the Idempotency-Key of an operation that has one: 1 to 255
// visible ASCII characters, bare or in quotes.
func (a *API) takeKey(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	if len(r.Header[idempotencyKey]) == 0 || !a.keyed(ctx.Operation()) {
		next(ctx)
		return
	}
	key := r.Header.Get(idempotencyKey)
	if bare, ok := strings.CutPrefix(key, `"`); ok {
		if key, ok = strings.CutSuffix(bare, `"`); !ok {
			key = ""
		}
	}
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
		a.refuse(ctx, crm.Wrong("api.takeKey", "header."+idempotencyKey, "must be 1 to 255 visible ASCII characters"))
		return
	}
	body, err := io.ReadAll(ctx.BodyReader())
	if err != nil {
		a.refuse(ctx, &crm.Error{Op: "api.takeKey", Kind: crm.Malformed, Detail: "the body can't be read", Err: err})
		return
	}
	asked := sha256.New()
	u := ctx.URL()
	fmt.Fprintf(asked, "%q %q\n%s", u.EscapedPath(), u.RawQuery, body)
	request := requestOf(ctx.Context())
	next(huma.WithValue(checked{ctx, bytes.NewReader(body)}, repeatableKey{}, &repeatable{
		name:   strings.Join([]string{request.operation, key, string(request.caller.Subject)}, "\n"),
		digest: asked.Sum(nil), status: ctx.Operation().DefaultStatus,
	}))
}

// keyed tells whether an operation takes an Idempotency-Key: every POST of a
// known caller, but a batch, whose items are repeatable by their own ids, and a
// preview, which has no effect.
func (a *API) keyed(op *huma.Operation) bool {
	return op.Method == http.MethodPost && !a.table[op.OperationID].public && !strings.HasSuffix(op.Path, "/batch") && !strings.HasSuffix(op.Path, "/preview")
}

// describeKey tells of the header and of its mark, on an operation that answers out.
func describeKey(op *huma.Operation, out reflect.Type) {
	op.Parameters = append(op.Parameters, &huma.Param{Name: idempotencyKey, In: "header", Example: "till-7-20261120-0042",
		Description: "Your name of the request. Sent again within 48 hours, the request has no further effect and gets the same answer.",
		Schema:      &huma.Schema{Type: huma.TypeString, Pattern: `^([!#-~]{1,255}|"[!#-~]{1,255}")$`}})
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusNoContent
		if _, body := out.FieldByName("Body"); body {
			op.DefaultStatus = http.StatusOK
		}
	}
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): {
		Headers: map[string]*huma.Param{idempotentReplayed: {Description: "true: the request was made before, and this is the answer of then.",
			Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"true"}}}}}}
	op.Errors = append(op.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
}

// once carries out an operation; where the request is a repetition it gives,
// as an error, the answer of the first time.
func once[O any](ctx context.Context, a *API, handle func(context.Context) (*O, error)) (*O, error) {
	r, ok := ctx.Value(repeatableKey{}).(*repeatable)
	if !ok {
		return handle(ctx)
	}
	if err := a.replayed(ctx, r); err != nil {
		return nil, err
	}
	out, err := handle(a.replays.Recording(ctx, r.name, r.record))
	if err == nil {
		return out, nil
	}
	// What stood in the way may be the work of an equal request.
	if earlier, ok := errors.AsType[*replay](a.replayed(ctx, r)); ok {
		return nil, earlier
	}
	return nil, err
}

// recorded is an answer as it is kept.
type recorded struct {
	Request []byte            `json:"request"` // the digest
	Status  int               `json:"status"`
	Header  map[string]string `json:"header,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// record is the answer that was promised.
func (r *repeatable) record() ([]byte, error) {
	if r.answer == nil {
		return nil, &crm.Error{Op: "api.record", Detail: "the operation promised no answer"}
	}
	kept := recorded{Request: r.digest, Status: r.status, Header: map[string]string{}}
	out := reflect.ValueOf(r.answer).Elem()
	for _, f := range reflect.VisibleFields(out.Type()) {
		if name := f.Tag.Get("header"); name != "" {
			kept.Header[name] = out.FieldByIndex(f.Index).String()
		}
	}
	if status := out.FieldByName("Status"); status.IsValid() {
		kept.Status = int(status.Int())
	}
	if body := out.FieldByName("Body"); body.IsValid() {
		var err error
		if kept.Body, err = asSent(body.Interface()); err != nil {
			return nil, &crm.Error{Op: "api.record", Err: err}
		}
	}
	return asSent(kept)
}

// asSent is JSON as answers are written: with <, > and & as they are.
func asSent(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return text.Bytes(), err
}

// replay is a recorded answer on its way out. It travels as an error: an
// operation can return nothing but its own type and errors.
type replay struct{ recorded }

func (*replay) Error() string                  { return "answered before" }
func (r *replay) GetStatus() int               { return r.Status }
func (r *replay) ContentType(ct string) string { return ct }
func (r *replay) MarshalJSON() ([]byte, error) { return r.Body, nil }

func (r *replay) GetHeaders() http.Header {
	h := http.Header{idempotentReplayed: {"true"}}
	for name, value := range r.Header {
		h.Set(name, value)
	}
	return h
}

// replayed is the *replay of a request that was answered before, nil if it was
// not, and a crm.Invalid if its key was given to another request.
func (a *API) replayed(ctx context.Context, r *repeatable) error {
	text, err := a.replays.Earlier(ctx, r.name)
	if err != nil || text == nil {
		return err
	}
	earlier := &replay{}
	if err := json.Unmarshal(text, &earlier.recorded); err != nil {
		return &crm.Error{Op: "api.replayed", Err: err}
	}
	if !bytes.Equal(earlier.Request, r.digest) {
		return crm.Wrong("api.replayed", "header."+idempotencyKey, "was given to another request")
	}
	return earlier
}
