package rtspserve

import (
	"strings"
	"sync"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// handler answers RTSP requests.
type handler struct {
	s *Server

	// setup is held by the connection whose SETUP is being answered. gortsplib (4.16,
	// and 5.2) looks for UDP ports that are taken among a stream's other viewers, and
	// does not wait for one that is just noting its own: a race that can end the
	// process.
	setup sync.Mutex
}

// settingUp marks the connection that holds setup.
type settingUp struct{}

// OnRequest implements gortsplib.ServerHandlerOnRequest.
func (h *handler) OnRequest(conn *gortsplib.ServerConn, req *base.Request) {
	if req.Method == base.Setup {
		h.setup.Lock()
		conn.SetUserData(settingUp{})
	}
}

// OnResponse implements gortsplib.ServerHandlerOnResponse. It follows OnRequest on
// the same goroutine, whatever became of the request.
func (h *handler) OnResponse(conn *gortsplib.ServerConn, _ *base.Response) {
	if _, held := conn.UserData().(settingUp); held {
		conn.SetUserData(nil)
		h.setup.Unlock()
	}
}

// OnDescribe implements gortsplib.ServerHandlerOnDescribe.
func (h *handler) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.find(ctx.Conn, ctx.Request, ctx.Path)
}

// OnSetup implements gortsplib.ServerHandlerOnSetup.
func (h *handler) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.find(ctx.Conn, ctx.Request, ctx.Path)
}

// OnPlay implements gortsplib.ServerHandlerOnPlay.
func (h *handler) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	c := h.s.paths[strings.Trim(ctx.Path, "/")]
	if c == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil
	}
	c.join(ctx.Session)
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnSessionClose implements gortsplib.ServerHandlerOnSessionClose.
func (h *handler) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	for _, c := range h.s.paths {
		c.leave(ctx.Session)
	}
}

// OnStreamWriteError implements gortsplib.ServerHandlerOnStreamWriteError.
func (h *handler) OnStreamWriteError(ctx *gortsplib.ServerHandlerOnStreamWriteErrorCtx) {
	h.s.log.Warn("a viewer of the camera simulator is too slow", "error", ctx.Error)
}

func (h *handler) find(conn *gortsplib.ServerConn, req *base.Request, path string) (*base.Response, *gortsplib.ServerStream, error) {
	h.s.ready.RLock()
	defer h.s.ready.RUnlock()
	o := h.s.options
	if o.User != "" && !conn.VerifyCredentials(req, o.User, o.Password) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	c := h.s.paths[strings.Trim(path, "/")]
	if c == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	if c.refuses() {
		return &base.Response{StatusCode: base.StatusServiceUnavailable}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}
