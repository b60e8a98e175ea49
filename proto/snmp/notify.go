package snmp

import (
	"context"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func (a *agent) notify(ctx context.Context, watch pdu.Watcher, boot Boot) { <-ctx.Done() }
