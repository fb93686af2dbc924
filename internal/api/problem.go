package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"guanxi/internal/crm"
)

// Problem is how every error is told (RFC 9457).
type Problem struct {
	Type     string           `json:"type" example:"about:blank" doc:"about:blank: the title says all there is to the type"`
	Title    string           `json:"title" example:"Unprocessable Entity"`
	Status   int              `json:"status" example:"422"`
	Detail   string           `json:"detail,omitempty" example:"the request breaks a rule"`
	Instance string           `json:"instance,omitempty" example:"/v1/customers/{id}" doc:"The route, never the path: a path may name a person."`
	Trace    string           `json:"trace,omitempty" example:"1-67891233-abcdef012345678912345678" doc:"Names this request in our logs."`
	Errors   []crm.Field      `json:"errors,omitempty" nullable:"false" doc:"What is wrong, at its place in the body, or in the query, path or header."`
	Matches  []crm.CustomerID `json:"matches,omitempty" nullable:"false" doc:"With 409 on creation: who is there already."`

	retryAfter time.Duration
}

const problemType = "application/problem+json"

func (p *Problem) Error() string             { return p.Title + ": " + p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders are sent with the problem; whole seconds, at least one.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// status maps each kind of error, here and nowhere else.
func status(kind crm.Kind) int {
	switch kind {
	case crm.Malformed:
		return http.StatusBadRequest
	case crm.Invalid:
		return http.StatusUnprocessableEntity
	case crm.Unauthenticated:
		return http.StatusUnauthorized
	case crm.Forbidden:
		return http.StatusForbidden
	case crm.NotFound:
		return http.StatusNotFound
	case crm.Conflict:
		return http.StatusConflict
	case crm.Stale:
		return http.StatusPreconditionFailed
	case crm.PreconditionNeeded:
		return http.StatusPreconditionRequired
	case crm.TooLarge:
		return http.StatusRequestEntityTooLarge
	case crm.TooMany:
		return http.StatusTooManyRequests
	case crm.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// retryAfter is told with 503 when nobody knows better.
const retryAfter = 5 * time.Second

// problem turns an error of a handler into what the caller is told. Causes of
// 5xx are logged here, once, and told to nobody.
func (a *API) problem(ctx context.Context, err error) *Problem {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = &Problem{Status: http.StatusInternalServerError}
		if e, ok := errors.AsType[*crm.Error](err); ok {
			p.Status, p.Detail, p.Errors, p.retryAfter = status(e.Kind), e.Detail, e.Fields, e.RetryAfter
		}
		if p.Status == http.StatusInternalServerError && errors.Is(err, context.DeadlineExceeded) {
			p.Status = http.StatusServiceUnavailable
		}
	}
	if p.Status >= 500 {
		a.log.ErrorContext(ctx, "a request failed", slog.Int("status", p.Status), slog.Any("cause", err))
		p.Detail, p.Errors = "", nil
		if p.Status == http.StatusServiceUnavailable && p.retryAfter <= 0 {
			p.retryAfter = retryAfter
		}
	}
	p.Instance = requestOf(ctx).route
	p.Trace = crm.EventOf(ctx).Trace
	return p.complete()
}

func (p *Problem) complete() *Problem {
	p.Type = "about:blank"
	p.Title = http.StatusText(p.Status)
	return p
}

// refuse answers with the error as a problem, before any handler has run.
func (a *API) refuse(ctx huma.Context, err error) {
	request, _ := ctx.Context().Value(requestKey{}).(request)
	if request.route == "" {
		ctx = withRequest(ctx)
	}
	p := a.problem(ctx.Context(), err)
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetStatus(p.Status)
	if err := json.NewEncoder(ctx.BodyWriter()).Encode(p); err != nil {
		a.log.WarnContext(ctx.Context(), "a problem could not be told", slog.Any("cause", err))
	}
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // nobody is left to tell
}

// ownProblems brings huma's own errors into our shape: the same names for
// places, and neither values (they may be personal data) nor Go's words.
func ownProblems(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{Status: e.Status, Detail: e.Detail}
	for _, d := range e.Errors {
		p.Errors = append(p.Errors, field(d))
	}
	p.Instance = ctx.Operation().Path
	p.Trace = crm.EventOf(ctx.Context()).Trace
	return p.complete(), nil
}

// remarks are what a validation found, at their places.
func remarks(result *huma.ValidateResult) (wrong []crm.Field) {
	for _, err := range result.Errors {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			wrong = append(wrong, field(d))
		}
	}
	return wrong
}

// field is a remark of huma's at the place that it is about: a missing field's
// own place, not that of the object it is missing from.
func field(d *huma.ErrorDetail) crm.Field {
	f := crm.Field{Path: strings.TrimPrefix(d.Location, "body."), Message: d.Message}
	if f.Path == "body" {
		f.Path = ""
	}
	var missing string
	if _, err := fmt.Sscanf(d.Message, validation.MsgExpectedRequiredProperty, &missing); err == nil {
		f.Path, f.Message = strings.TrimPrefix(f.Path+"."+missing, "."), "must be given"
	}
	if strings.HasPrefix(f.Message, "json: ") {
		f.Message = "a value has the wrong type or is out of range"
	}
	return f
}
