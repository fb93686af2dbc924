package api

import "context"

// Limiter bounds how often somebody (a subject, or the address of a public
// request) does something within an hour: crm.TooMany beyond most, which
// becomes 429 with Retry-After.
type Limiter interface {
	Take(ctx context.Context, name, who string, most int) error
}
