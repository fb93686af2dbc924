package cloud

import (
	"context"
	"fmt"
	"time"

	"guanxi/infra/local/backing"
	"guanxi/infra/local/clock"
	"guanxi/infra/local/control"
	"guanxi/infra/local/function"
	"guanxi/infra/local/gateway"
	"guanxi/infra/local/iam"
	"guanxi/infra/local/kms"
	"guanxi/infra/local/source"
	"guanxi/infra/local/template"
)

// start sets functions, sources, schedules, the API and the control port on the running servers.
func (c *Cloud) start(s *seams, bootstraps, streams map[string]string) error {
	if err := c.startKMS(s); err != nil {
		return err
	}
	if err := c.startFunctions(s, bootstraps); err != nil {
		return err
	}
	sources, err := c.startSources(streams)
	if err != nil {
		return err
	}
	scheduler, err := c.startSchedules()
	if err != nil {
		return err
	}
	parts := control.Parts{
		Clock: c.clock, Scheduler: scheduler, Queues: c.controlled(), Sources: sources, SQS: c.clients.sqs,
		Refuse: s.refuse, Grants: c.ledger.Accounts, Repaired: c.Repaired,
	}
	for _, f := range c.template.Functions {
		parts.Functions = append(parts.Functions, control.Function{Function: c.functions[f.LogicalID], Name: f.LogicalID, Code: f.CodeURI})
	}
	c.control = control.New(parts)
	if err := c.startAPI(s); err != nil {
		return err
	}
	c.web(s.control, c.control.Handler())
	go func() {
		for err := range c.servers.Failed() {
			c.fail(err)
		}
	}()
	return nil
}

func (c *Cloud) startKMS(s *seams) error {
	var arns []string
	for _, k := range c.template.Keys {
		arns = append(arns, k.ARN)
	}
	server, err := kms.New(c.file("keys"), arns, c.ledger.KMS)
	if err != nil {
		return err
	}
	c.web(s.kms, server)
	return nil
}

func (c *Cloud) startFunctions(s *seams, bootstraps map[string]string) error {
	children, ended, err := function.NewChildren(c.file("children"))
	if err != nil {
		return err
	}
	c.onStop(children.Close)
	if ended > 0 {
		c.Repaired = append(c.Repaired, fmt.Sprintf("ended %d functions that the last host left running", ended))
	}
	for _, t := range c.template.Functions {
		environment := map[string]string{
			"AWS_ACCESS_KEY_ID":         iam.AccessKey(t),
			"AWS_SECRET_ACCESS_KEY":     accessKey,
			"AWS_ENDPOINT_URL_DYNAMODB": s.dynamodb.url,
			"AWS_ENDPOINT_URL_SQS":      s.sqs.url,
			"AWS_ENDPOINT_URL_KMS":      urlOf(s.kms),
		}
		for name, value := range t.Environment.Variables {
			environment[name] = string(value)
		}
		config := function.Config{
			Name: t.FunctionName, ARN: t.ARN, Region: backing.Region, Bootstrap: bootstraps[t.CodeURI], Handler: t.Handler,
			MemoryMB: int(t.MemorySize), Timeout: time.Duration(t.Timeout) * time.Second, Environment: environment,
			Processes: c.config.Processes, LogFile: c.file("logs", t.LogicalID+".log"), Children: children,
		}
		if r := t.ReservedConcurrentExecutions; r != nil {
			n := int(*r)
			config.Reserved = &n
		}
		f, err := function.New(config)
		if err != nil {
			return err
		}
		c.onStop(func() { _ = f.Close() })
		c.functions[t.LogicalID] = f
	}
	return nil
}

// runner is a source's loop.
type runner interface {
	control.Source
	Run(ctx context.Context) error
}

func (c *Cloud) startSources(streams map[string]string) (map[string]control.Source, error) {
	ctx, cancel := context.WithCancel(context.Background())
	runners := map[string]runner{}
	for _, f := range c.template.Functions {
		for _, s := range f.Streams {
			if !s.On() {
				continue
			}
			r, err := c.stream(f, s, streams)
			if err != nil {
				cancel()
				return nil, err
			}
			runners[fmt.Sprintf("stream source %s of %s", s.Event, f.LogicalID)] = r
		}
		for _, s := range f.Sources {
			if !s.On() {
				continue
			}
			r, err := c.queue(f, s)
			if err != nil {
				cancel()
				return nil, err
			}
			runners[fmt.Sprintf("queue source %s of %s", s.Event, f.LogicalID)] = r
		}
	}
	shown := map[string]control.Source{}
	ended := make(chan struct{}, len(runners))
	for name, r := range runners {
		shown[name] = r
		go func() {
			if err := r.Run(ctx); err != nil {
				c.fail(fmt.Errorf("%s: %w", name, err))
			}
			ended <- struct{}{}
		}()
	}
	c.onStop(func() {
		cancel()
		for range runners {
			<-ended
		}
	})
	return shown, nil
}

func (c *Cloud) stream(f template.Function, s template.StreamSource, streams map[string]string) (runner, error) {
	table, _ := c.template.StreamTable(s.Stream) // the parser made sure of it
	m := source.StreamMapping{
		Name: f.FunctionName, StreamARN: streams[table.LogicalID], Function: c.functions[f.LogicalID],
		BatchSize: s.Size(100), Window: s.Window(), Filters: s.Patterns(), Bisect: bool(s.BisectBatchOnFunctionError),
		MaxRetries: orElse(s.MaximumRetryAttempts, -1), Parallel: orElse(s.ParallelizationFactor, 1),
		MaxAge:         time.Duration(max(0, orElse(s.MaximumRecordAgeInSeconds, -1))) * time.Second,
		ReportFailures: s.ReportFailures(), StartTrimHorizon: s.StartingPosition == "TRIM_HORIZON",
	}
	if q, ok := c.template.QueueByARN(s.DestinationConfig.OnFailure.Destination); ok {
		m.OnFailureQueueURL = q.URL
	}
	return source.NewStream(m, c.clients.streams, c.clients.sqs, c.clock, c.file("streams", f.LogicalID+"-"+s.Event+".json"))
}

func (c *Cloud) queue(f template.Function, s template.QueueSource) (runner, error) {
	q, _ := c.template.QueueByARN(s.Queue) // the parser made sure of it
	// No more than there can be processes: a message that is received waits for none.
	concurrency := max(2, c.config.Processes)
	if given := int(s.ScalingConfig.MaximumConcurrency); given > 0 {
		concurrency = min(concurrency, given)
	}
	return source.NewQueue(source.QueueMapping{
		Name: f.FunctionName, QueueURL: q.URL, QueueARN: q.ARN, Function: c.functions[f.LogicalID],
		BatchSize: s.Size(10), Window: s.Window(), MaxConcurrency: concurrency,
		ReportFailures: s.ReportFailures(), Filters: s.Patterns(), RetryAfter: c.config.RetryAfter,
	}, c.clients.sqs, c.clock)
}

func orElse(value *template.Int, byDefault int) int {
	if value == nil {
		return byDefault
	}
	return int(*value)
}

func (c *Cloud) startSchedules() (*control.Scheduler, error) {
	var rules []control.Rule
	for _, f := range c.template.Functions {
		for _, s := range f.Schedules {
			if !s.On() {
				continue
			}
			schedule, rate, err := clock.ParseSchedule(s.Schedule)
			if err != nil {
				return nil, fmt.Errorf("Resources.%s.Properties.Events.%s.Properties.Schedule: %w", f.LogicalID, s.Event, err)
			}
			rules = append(rules, control.Rule{
				Name: s.Name, ARN: fmt.Sprintf("arn:aws:events:%s:%s:rule/%s", backing.Region, backing.AccountID, s.Name),
				Schedule: schedule, Rate: rate, Function: c.functions[f.LogicalID], Input: s.Input,
				Retries: orElse(f.EventInvokeConfig.MaximumRetryAttempts, 2),
			})
		}
	}
	scheduler, err := control.NewScheduler(c.clock, backing.AccountID, backing.Region, c.file("schedules"), rules)
	if err != nil {
		return nil, err
	}
	scheduler.Start(c.fail)
	c.onStop(scheduler.Stop)
	return scheduler, nil
}

func (c *Cloud) startAPI(s *seams) (err error) {
	var audience []string
	config := gateway.Config{Account: backing.AccountID, Now: c.clock.Now}
	if api := c.template.API; api != nil {
		audience = api.Authorizer.Audience
		config.APIID = api.LogicalID
		if cors := api.CorsConfiguration; cors != nil {
			config.CORS = &gateway.CORS{
				Origins: cors.AllowOrigins, Methods: cors.AllowMethods, Headers: cors.AllowHeaders, Expose: cors.ExposeHeaders,
				Credentials: bool(cors.AllowCredentials), MaxAge: int(cors.MaxAge),
			}
		}
	}
	if c.issuer, err = gateway.NewIssuer(c.Issuer, audience, c.file("issuer.jwk")); err != nil {
		return err
	}
	c.web(s.issuer, c.issuer.Handler())
	config.Authorizer = c.issuer.Authorizer()
	for _, f := range c.template.Functions {
		for _, r := range f.Routes {
			config.Routes = append(config.Routes, gateway.Route{
				Method: r.Method, Path: r.Path, Function: c.functions[f.LogicalID], Authorized: r.Authorized,
				Scopes: r.AuthorizationScopes, Timeout: time.Duration(r.TimeoutInMillis) * time.Millisecond,
				Throttle: c.throttle(r),
			})
		}
	}
	api, err := gateway.New(config)
	if err != nil {
		return err
	}
	c.web(s.api, api)
	return nil
}

// throttle is the route's own setting, the API's for this route, or the API's for all.
func (c *Cloud) throttle(r template.Route) gateway.Throttle {
	api := c.template.API
	for _, t := range []template.Throttle{r.RouteSettings, api.RouteSettings[r.Method+" "+r.Path], api.DefaultRoute} {
		if t.ThrottlingRateLimit > 0 || t.ThrottlingBurstLimit > 0 {
			return gateway.Throttle{Rate: float64(t.ThrottlingRateLimit), Burst: int(t.ThrottlingBurstLimit)}
		}
	}
	return gateway.Throttle{}
}
