// vendor/preact/dist/preact.mjs
var n;
var t;
var r;
var u;
var i;
var f;
var o;
var e;
var l;
var c;
var a;
var s;
var h = /* @__PURE__ */ Symbol.for("pv");
var p = {};
var y = [];
var v = /^m(i|n|o|s|text|space)$/;
var w = Array.isArray;
var d = y.slice;
var _ = Object.assign;
function g(n3) {
  n3 && n3.parentNode && n3.remove();
}
function k(n3, t5, r4) {
  var u4, i4, f5, o5 = {}, e4 = arguments.length;
  for (f5 in t5) "key" == f5 ? u4 = t5[f5] : "ref" == f5 && "function" != typeof n3 ? i4 = t5[f5] : o5[f5] = t5[f5];
  return e4 > 2 && (o5.children = e4 > 3 ? d.call(arguments, 2) : r4), m(n3, o5, u4, i4, null);
}
function m(r4, u4, i4, f5, o5) {
  var e4 = { type: r4, props: u4, key: i4, ref: f5, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: h, __v: o5 || ++t, __i: -1, __u: 0 };
  return !o5 && n.vnode && n.vnode(e4), e4;
}
function $(n3) {
  return n3.children;
}
function x(n3, t5) {
  this.props = n3, this.context = t5, this.__g = 0;
}
function S(n3, t5) {
  if (null == t5) return n3.__ && S(n3.__, n3.__i + 1);
  for (var r4; t5 < n3.__k.length; t5++) if ((r4 = n3.__k[t5]) && r4.__e) return r4.__e;
  return "function" != typeof n3.type || n3.props.__P ? null : S(n3);
}
function C(t5) {
  var r4, u4 = t5.__v, i4 = u4.__e, f5 = [], o5 = [], e4 = t5.__P;
  e4 && ((r4 = _({ constructor: h }, u4)).__v = u4.__v + 1, n.vnode && n.vnode(r4), z(e4, r4, u4, t5.__n, e4.namespaceURI, 32 & u4.__u ? [i4] : null, f5, i4 || S(u4), 32 & u4.__u, o5), r4.__v = u4.__v, r4.__.__k[r4.__i] = r4, E(f5, r4, o5), u4.__ = u4.__e = null, r4.__e != i4 && j(r4));
}
function j(n3) {
  if ((n3 = n3.__) && n3.__c && !n3.props.__P) return n3.__e = null, n3.__k.some(function(t5) {
    return t5 && (n3.__e = t5.__e);
  }), j(n3);
}
function L(t5) {
  (8 & t5.__g || (t5.__g |= 8, u.push(t5), f++)) && i == n.debounceRendering || ((i = n.debounceRendering) || queueMicrotask)(H);
}
function H() {
  try {
    for (var n3, t5 = 1; u.length; ) u.length > t5 && u.sort(o), n3 = u.shift(), t5 = u.length, 8 & n3.__g && C(n3);
  } finally {
    (f = u.length) && (i || queueMicrotask)(H);
  }
}
function I(n3, t5, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h4, v5, w5, d5, _4, g5 = u4.__k || y, k5 = t5.length;
  for (l4 = q(r4, t5, g5, l4, k5), s4 = 0; s4 < k5; s4++) null != (v5 = r4.__k[s4]) && (h4 = ~v5.__i && g5[v5.__i] || p, v5.__i = s4, _4 = z(n3, v5, h4, i4, f5, o5, e4, l4, c4, a5), w5 = v5.__e, (h4.ref != v5.ref || 8 & h4.__u) && (h4.ref && G(h4.ref, null, v5, h4), v5.ref && a5.push(v5.ref, v5.__c || w5, v5)), d5 = d5 || w5, 4 & v5.__u ? (l4 = A(v5, l4, n3, !h4.__v), h4.__e && (h4.__e = null)) : "function" == typeof v5.type && void 0 !== _4 ? l4 = _4 : w5 && (l4 = w5.nextSibling), v5.__u &= -21);
  return r4.__e = d5, l4;
}
function q(n3, t5, r4, u4, i4) {
  var f5, o5, e4, l4, c4, a5, s4, p5, y5, v5 = r4.length, d5 = v5, _4 = 0, g5 = 0, k5 = n3.__k = Array(i4);
  for (f5 = 0; f5 < i4; f5++) null != (o5 = t5[f5]) && "boolean" != typeof o5 && "function" != typeof o5 ? ("object" != typeof o5 || o5.constructor === String ? o5 = k5[f5] = m(null, o5) : w(o5) ? o5 = k5[f5] = m($, { children: o5 }) : o5.constructor === h && o5.__b ? o5 = k5[f5] = m(o5.type, o5.props, o5.key, o5.ref, o5.__v) : k5[f5] = o5, l4 = f5 + _4, o5.__ = n3, o5.__b = n3.__b + 1, e4 = null, ~(c4 = o5.__i = P(o5, r4, l4, d5)) && (d5--, (e4 = r4[c4]) && (e4.__u |= 2)), e4 && e4.__v ? (o5.__u |= 16, c4 == l4 - 1 ? _4-- : c4 == l4 + 1 ? _4++ : c4 != l4 && (c4 > l4 ? _4-- : _4++, g5 = 1)) : (~c4 || (i4 > v5 ? _4-- : i4 < v5 && _4++), "function" != typeof o5.type && (o5.__u |= 4))) : k5[f5] = null;
  if (g5) {
    for (a5 = [], s4 = [], f5 = 0; f5 < i4; f5++) if ((o5 = k5[f5]) && 16 & o5.__u) {
      for (_4 = 0, p5 = a5.length; _4 < p5; ) a5[y5 = _4 + p5 >> 1] < o5.__i ? _4 = y5 + 1 : p5 = y5;
      a5[_4] = o5.__i, s4[f5] = _4 + 1;
    }
    for (_4 = a5.length; f5--; ) s4[f5] && (s4[f5] == _4 ? _4-- : k5[f5].__u |= 4);
  }
  if (d5) for (f5 = 0; f5 < v5; f5++) !(e4 = r4[f5]) || 2 & e4.__u || (e4.__e == u4 && (u4 = S(e4)), J(e4, e4));
  return u4;
}
function A(n3, t5, r4, u4) {
  var i4, f5, o5, e4;
  if ("function" == typeof n3.type) {
    if (n3.props.__P) return t5;
    if (i4 = n3.__k) for (f5 = 0; f5 < i4.length; f5++) i4[f5] && (i4[f5].__ = n3, t5 = A(i4[f5], t5, r4, false));
    return t5;
  }
  for (t5 && !t5.parentNode && (t5 = S(n3)) && !t5.parentNode && (t5 = null), o5 = n3.__e, e4 = t5; e4 && 8 == e4.nodeType; ) e4 = e4.nextSibling;
  for (o5 != e4 && (!u4 && r4.moveBefore && o5.parentNode ? r4.moveBefore(o5, t5) : r4.insertBefore(o5, t5 || null)), t5 = o5; (t5 = t5 && t5.nextSibling) && 8 == t5.nodeType && !t5.data.startsWith("$s"); ) ;
  return t5;
}
function P(n3, t5, r4, u4) {
  var i4, f5 = n3.key, o5 = n3.type, e4 = t5[r4], l4 = e4 && !(2 & e4.__u);
  if (null === e4 && null == f5 || l4 && f5 == e4.key && o5 == e4.type) return r4;
  if (u4 > (l4 ? 1 : 0)) {
    for (i4 = r4 - 1; i4 >= 0; i4--) if ((e4 = t5[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
    for (i4 = r4 + 1; i4 < t5.length; i4++) if ((e4 = t5[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
  }
  return -1;
}
function T(n3, t5, r4) {
  null == r4 && (r4 = ""), "-" == t5[0] ? n3.setProperty(t5, r4) : n3[t5] = r4;
}
function N(n3, t5, r4, u4, i4) {
  var f5, o5;
  if ("style" == t5) if ("string" == typeof r4) n3.style.cssText = r4;
  else {
    if ("string" == typeof u4 && (n3.style.cssText = u4 = ""), u4) for (t5 in u4) r4 && t5 in r4 || T(n3.style, t5);
    if (r4) for (t5 in r4) u4 && r4[t5] == u4[t5] || T(n3.style, t5, r4[t5]);
  }
  else if ("o" == t5[0] && "n" == t5[1]) "function" != typeof r4 && (r4 = null), "function" != typeof u4 && (u4 = null), (n3.__e || (n3.__e = {}))[t5] = r4, r4 && u4 || (o5 = a[t5] || (a[t5] = V(t5)), (n3.__a || (n3.__a = {}))[t5] = c, f5 = t5 != (t5 = t5.replace(l, "$1")), (t5 = t5.slice(2))[0] < "a" && (t5 = t5.toLowerCase()), r4 ? n3.addEventListener(t5, o5, f5) : n3.removeEventListener(t5, o5, f5));
  else {
    if ("http://www.w3.org/2000/svg" == i4) t5 = t5.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if ("width" != t5 && "height" != t5 && "href" != t5 && "list" != t5 && "form" != t5 && "tabIndex" != t5 && "download" != t5 && "rowSpan" != t5 && "colSpan" != t5 && "role" != t5 && "popover" != t5 && t5 in n3) try {
      return void (n3[t5] = null == r4 ? "" : r4);
    } catch (n4) {
    }
    if ("function" == typeof r4) return;
    null == r4 || false === r4 && "-" != t5[4] ? n3.removeAttribute(t5) : n3.setAttribute(t5, "popover" == t5 && 1 == r4 ? "" : r4);
  }
}
function V(t5) {
  return function(r4) {
    var u4 = this.__e;
    if (u4) {
      if (u4 = u4[t5], null == r4[e]) r4[e] = c++;
      else if (r4[e] < this.__a[t5]) return;
      return u4(n.event ? n.event(r4) : r4);
    }
  };
}
function z(t5, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, p5, v5, d5, k5, b3, m5, M2, C3, j3, L2, H2, q2, A4, O2, P2, T3, N2, V2 = r4.type;
  if (r4.constructor !== h) return null;
  128 & u4.__u && (c4 = 32 & u4.__u, s4 = u4.__c.__z) && (r4.__u |= c4, p5 = o5 = [], 8 == s4.nodeType ? l4 = B(s4, o5) : o5.push(s4), l4 = o5[0] || l4), (s4 = n.__b) && s4(r4);
  n: if ("function" == typeof V2) {
    v5 = e4.length;
    try {
      if (M2 = r4.props, C3 = (s4 = V2.prototype) && s4.render, j3 = (s4 = V2.contextType) && i4[s4.__c], L2 = s4 ? j3 ? j3.props.value : s4.__ : i4, (d5 = u4.__c) ? (r4.__c = d5, 2 & d5.__g && (d5.__g |= 1)) : (C3 ? r4.__c = d5 = new V2(M2, L2) : (r4.__c = d5 = new x(M2, L2), d5.constructor = V2, d5.render = K), j3 && j3.sub(d5), d5.state || (d5.state = {}), d5.__n = i4, d5.__g |= 8, d5.__h = [], d5.__k = []), C3 && (d5.__s || (d5.__s = d5.state), V2.getDerivedStateFromProps && (d5.__s == d5.state && (d5.__s = _({}, d5.__s)), _(d5.__s, V2.getDerivedStateFromProps(M2, d5.__s)))), k5 = d5.props, b3 = d5.state, d5.__v = r4, u4.__c) {
        if (M2 !== k5 && C3 && !V2.getDerivedStateFromProps && d5.componentWillReceiveProps && d5.componentWillReceiveProps(M2, L2), r4.__v == u4.__v && !(8 & d5.__g) || !(4 & d5.__g) && d5.shouldComponentUpdate && false === d5.shouldComponentUpdate(M2, d5.__s, L2)) {
          r4.__v != u4.__v && (d5.props = M2, d5.state = d5.__s, d5.__g &= -9), r4.__e = u4.__e, r4.__k = u4.__k, r4.__k.some(function(n3) {
            n3 && (n3.__ = r4);
          }), y.push.apply(d5.__h, d5.__k), d5.__k = [], d5.__h.length && e4.push(d5), l4 = S(u4);
          break n;
        }
        d5.componentWillUpdate && d5.componentWillUpdate(M2, d5.__s, L2), C3 && d5.componentDidUpdate && d5.__h.push(function() {
          d5.componentDidUpdate(k5, b3, m5);
        });
      } else C3 && !V2.getDerivedStateFromProps && d5.componentWillMount && d5.componentWillMount(), C3 && d5.componentDidMount && d5.__h.push(d5.componentDidMount);
      d5.context = L2, d5.props = M2, d5.__P = t5, d5.__g &= -5, H2 = n.__r, q2 = C3 ? 25 : 0;
      do {
        d5.__g &= -9, H2 && H2(r4), s4 = d5.render(d5.props, d5.state = d5.__s, d5.context);
      } while (8 & d5.__g && ++q2 < 25);
      C3 && (y.push.apply(d5.__h, d5.__k), d5.__k = []), d5.state = d5.__s, d5.getChildContext && (i4 = _({}, i4, d5.getChildContext())), C3 && u4.__c && d5.getSnapshotBeforeUpdate && (m5 = d5.getSnapshotBeforeUpdate(k5, b3)), A4 = s4 && s4.type === $ && null == s4.key ? s4.props.children : s4, M2.__P && (s4 = l4, f5 = (t5 = M2.__P).namespaceURI, c4 = o5 = null, u4.props && u4.props.__P != t5 && (u4.__k.some(function(n3) {
        n3 && J(n3, n3);
      }), u4.__k = null), l4 = u4.__k ? S(u4, 0) : null), l4 = I(t5, w(A4) ? A4 : [A4], r4, u4, i4, f5, o5, e4, l4, c4, a5), M2.__P && (r4.__e = null, l4 = s4), r4.__u &= -161, p5 && p5.some(g), d5.__h.length && e4.push(d5), 1 & d5.__g && (d5.__g &= -4);
    } catch (t6) {
      if (e4.length = v5, r4.__v = null, c4 || o5) if (t6 && t6.then) {
        if (r4.__u |= 128 | c4, o5) {
          for (~(T3 = o5.indexOf(l4 || void 0)) || (T3 = o5.length); (N2 = o5[T3 - 1]) && 8 == N2.nodeType; ) T3--;
          for (; T3 < o5.length; T3++) if (N2 = o5[T3]) if (o5[T3] = null, O2) {
            if (N2 == P2) break;
          } else {
            if (8 != N2.nodeType) break;
            N2.data.startsWith("$s") && (P2 = B(O2 = N2));
          }
        }
        if (!O2) {
          for (; l4 && 8 == l4.nodeType && l4.nextSibling; ) l4 = l4.nextSibling;
          O2 = l4;
        }
        (s4 = B(O2 = r4.__c.__z || (r4.__c.__z = O2))) ? (r4.__e = O2, l4 = s4) : r4.__e = l4, l4 = l4 && l4.nextSibling;
      } else o5 && o5.some(g);
      else r4.__e = u4.__e;
      r4.__k || (r4.__k = u4.__k || []), t6 && t6.then || D(r4), n.__e(t6, r4, u4);
    }
  } else l4 = r4.__e = F(u4.__e, r4, u4, i4, f5, o5, e4, c4, a5, t5);
  return (s4 = n.diffed) && s4(r4), l4;
}
function B(n3, t5) {
  if (n3 && 8 == n3.nodeType && n3.data.startsWith("$s")) for (var r4 = 1; n3 = n3.nextSibling; ) {
    if (8 == n3.nodeType) {
      if (n3.data.startsWith("$s")) r4++;
      else if (n3.data.startsWith("/$s") && !--r4) return n3;
    }
    t5 && t5.push(n3);
  }
}
function D(n3) {
  n3 && (n3.__c && (n3.__c.__g |= 4), n3.__k && n3.__k.some(D));
}
function E(t5, r4, u4) {
  for (var i4 = 0; i4 < u4.length; ) G(u4[i4++], u4[i4++], u4[i4++]);
  n.__c && n.__c(r4, t5), t5.some(function(r5) {
    try {
      t5 = r5.__h, r5.__h = [], t5.some(function(n3) {
        n3.call(r5);
      });
    } catch (t6) {
      n.__e(t6, r5.__v);
    }
  });
}
function F(t5, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h4, y5, _4, k5, b3, m5, M2, $2 = u4.props || p, x3 = r4.props, C3 = r4.type;
  if ("svg" == C3 ? f5 = "http://www.w3.org/2000/svg" : "math" == C3 ? f5 = "http://www.w3.org/1998/Math/MathML" : f5 || (f5 = "http://www.w3.org/1999/xhtml"), o5) {
    for (s4 = 0; s4 < o5.length; s4++) if ((k5 = o5[s4]) && (C3 ? k5.localName == C3 : 3 == k5.nodeType)) {
      t5 = k5, o5[s4] = null;
      break;
    }
  }
  if (!t5) {
    if (M2 = a5.ownerDocument || document, !C3) return M2.createTextNode(x3);
    t5 = M2.createElementNS(f5, C3, x3.is ? x3 : a5), l4 && (n.__m && n.__m(r4, o5), l4 = false), o5 = null;
  }
  if (C3) {
    if (a5 = "template" == C3 && t5.content || t5, o5 = "textarea" == C3 && null != x3.defaultValue ? null : o5 && d.call(a5.childNodes), !l4 && o5) for ($2 = {}, s4 = 0; s4 < t5.attributes.length; s4++) $2[(k5 = t5.attributes[s4]).name] = k5.value;
    for (s4 in $2) k5 = $2[s4], "dangerouslySetInnerHTML" == s4 ? y5 = k5 : "children" == s4 || s4 in x3 || "value" == s4 && "defaultValue" in x3 || "checked" == s4 && "defaultChecked" in x3 || N(t5, s4, null, k5, f5);
    for (s4 in x3) k5 = x3[s4], "children" == s4 ? _4 = k5 : "dangerouslySetInnerHTML" == s4 ? h4 = k5 : "value" == s4 ? b3 = k5 : "checked" == s4 ? m5 = k5 : l4 && "function" != typeof k5 || $2[s4] === k5 || N(t5, s4, k5, $2[s4], f5);
    h4 ? (l4 || y5 && (h4.__html == y5.__html || h4.__html == t5.innerHTML) || (t5.innerHTML = h4.__html), r4.__k = []) : (y5 && (t5.textContent = ""), ("foreignObject" == C3 || "http://www.w3.org/1998/Math/MathML" == f5 && v.test(C3)) && (f5 = "http://www.w3.org/1999/xhtml"), I(a5, w(_4) ? _4 : [_4], r4, u4, i4, f5, o5, e4, o5 ? o5[0] : u4.__k && S(u4, 0), l4, c4), o5 && o5.some(g)), l4 && "textarea" != C3 || (s4 = "value", "progress" == C3 && null == b3 ? t5.removeAttribute(s4) : null == b3 || b3 === t5[s4] && ("progress" != C3 || b3) || N(t5, s4, b3, $2[s4], f5), s4 = "checked", null != m5 && m5 != t5[s4] && N(t5, s4, m5, $2[s4], f5));
  } else $2 === x3 || l4 && t5.data == x3 || (t5.data = x3);
  return t5;
}
function G(t5, r4, u4, i4) {
  try {
    "function" == typeof t5 ? r4 ? r4.__x = t5(r4) || 1 : i4 && (i4 = i4.__c || i4.__e) && (r4 = i4.__x) && (i4.__x = null, "function" == typeof r4 ? r4() : t5(null)) : t5.current = r4;
  } catch (t6) {
    n.__e(t6, u4);
  }
}
function J(t5, r4, u4) {
  var i4, f5, o5, e4;
  if (n.unmount && n.unmount(t5), !(i4 = t5.ref) || i4.current && i4.current != t5.__e || G(i4, null, r4, t5), i4 = t5.__c) {
    if (i4.componentWillUnmount) try {
      i4.componentWillUnmount();
    } catch (t6) {
      n.__e(t6, r4);
    }
    i4.__P = i4.__n = null;
  }
  if (i4 = t5.__k) for (e4 = 0; e4 < i4.length; e4++) i4[e4] && J(i4[e4], r4, "function" != typeof t5.type || u4 && !t5.props.__P);
  !u4 && (i4 = t5.__c) && (i4 = i4.__z) && (f5 = B(i4, o5 = [])) && (i4 == t5.__e && o5.some(g), g(f5), g(i4)), u4 || g(t5.__e), t5.__e = t5.__c = t5.__ = null;
}
function K(n3, t5, r4) {
  return this.constructor(n3, r4);
}
function Q(t5, r4) {
  var u4, i4, f5, o5;
  n.__ && n.__(t5, r4), 9 == r4.nodeType && (r4 = r4.documentElement), i4 = (u4 = t5 && 32 & t5.__u) ? null : r4.__k, r4.__k = m($, { children: [t5] }), f5 = [], o5 = [], z(r4, r4.__k, i4 || p, p, r4.namespaceURI, i4 ? null : r4.firstChild ? d.call(r4.childNodes) : null, f5, i4 ? i4.__e : r4.firstChild, u4, o5), E(f5, r4.__k, o5), r4.__k.props.children = null;
}
n = { __e: function(n3, t5, r4, u4) {
  for (var i4, o5, e4; t5 = t5.__; ) if ((i4 = t5.__c) && !(1 & i4.__g)) {
    i4.__g |= 4;
    try {
      if ((e4 = (o5 = i4.constructor) && o5.getDerivedStateFromError) && i4.setState(o5.getDerivedStateFromError(n3)), i4.componentDidCatch && (i4.componentDidCatch(n3, u4 || {}), e4 = 1), e4 && 8 & i4.__g) return void (i4.__g |= 2);
    } catch (t6) {
      n3 = t6;
    }
  }
  throw f = 0, n3;
} }, t = 0, r = function(n3) {
  return null != n3 && n3.constructor === h;
}, x.prototype.setState = function(n3, t5) {
  var r4 = this.__s;
  r4 && r4 != this.state || (r4 = this.__s = _({}, this.state)), "function" == typeof n3 && (n3 = n3(_({}, r4), this.props)), n3 && (_(r4, n3), this.__v && (t5 && this.__k.push(t5), L(this)));
}, x.prototype.forceUpdate = function(n3) {
  this.__v && (this.__g |= 4, n3 && this.__h.push(n3), L(this));
}, x.prototype.render = $, u = [], f = 0, o = function(n3, t5) {
  return n3.__v.__b - t5.__v.__b;
}, e = /* @__PURE__ */ Symbol(), l = /(PointerCapture)$|Capture$/i, c = 0, a = {}, s = 0;

// vendor/preact/hooks/dist/hooks.mjs
var t2;
var r2;
var u2;
var i2;
var o2 = Object.is;
var f2 = 0;
var c2 = [];
var e2 = [];
var a2 = n;
var v2 = a2.__b;
var l2 = a2.__r;
var m2 = a2.diffed;
var h2 = a2.__c;
var s2 = a2.unmount;
var p2 = a2.__;
function y2(n3, t5) {
  a2.__h && a2.__h(r2, n3, f2 || t5), f2 = 0;
  var u4 = r2.__H || (r2.__H = { __: [], __h: [] });
  return n3 >= u4.__.length && u4.__.push({}), u4.__[n3];
}
function d2(n3) {
  return f2 = 1, _2(G2, n3);
}
function _2(n3, u4, i4) {
  var f5 = y2(t2++, 2);
  if (f5.t = n3, !f5.__c && (f5.__ = [i4 ? i4(u4) : G2(void 0, u4), function(n4) {
    var t5 = (f5.__N || f5.__)[0], r4 = f5.t(t5, n4);
    o2(t5, r4) || (f5.__N = [r4, f5.__[1]], f5.__c.setState({}));
  }], f5.__c = r2, !r2.__f)) {
    r2.__f = true;
    var c4 = r2.shouldComponentUpdate;
    r2.shouldComponentUpdate = function(n4, t5, r4) {
      var u5 = this.__H;
      if (!u5) return true;
      var i5 = false, f6 = this.props != n4;
      if (u5.__.some(function(n5) {
        n5.__N && (i5 = true, o2(n5.__[0], n5.__N[0]) || (f6 = true));
      }), c4) {
        var e4 = c4.call(this, n4, t5, r4);
        return i5 ? e4 || f6 : e4;
      }
      return !i5 || f6;
    };
  }
  return f5.__;
}
function A2(n3, u4) {
  var i4 = y2(t2++, 3);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = true, i4.__ = n3, i4.u = u4, r2.__H.__h.push(i4));
}
function F2(n3, u4) {
  var i4 = y2(t2++, 4);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = false, i4.__ = n3, i4.u = u4, r2.__h.push(i4));
}
function T2(n3) {
  return f2 = 5, w2(function() {
    return { current: n3 };
  }, []);
}
function w2(n3, r4) {
  var u4 = y2(t2++, 7);
  return E2(u4.__H, r4) && (u4.__ = n3(), u4.__H = r4), u4.__;
}
function g2() {
  var n3;
  do {
    for (; n3 = e2.shift(); ) try {
      C2(n3);
    } catch (t6) {
      a2.__e(t6, { __: (n3 = n3.__P) && n3.__v });
    }
    for (; n3 = c2.shift(); ) {
      var t5 = n3.__H;
      if (n3.__P && t5) try {
        t5.__h.some(C2), t5.__h.some(D2), t5.__h = [];
      } catch (r4) {
        t5.__h = [], a2.__e(r4, n3.__v);
      }
    }
  } while (e2.length);
}
a2.__b = function(n3) {
  r2 = null, v2 && v2(n3);
}, a2.__ = function(n3, t5) {
  n3 && t5.__k && t5.__k.__m && (n3.__m = t5.__k.__m), p2 && p2(n3, t5);
}, a2.__r = function(n3) {
  l2 && l2(n3), t2 = 0;
  var i4 = (r2 = n3.__c).__H;
  i4 && (u2 == r2 ? r2.__h = [] : (i4.__h.some(C2), i4.__h.some(D2), t2 = 0), i4.__h = [], i4.__.some(function(n4) {
    n4.__N && (n4.__ = n4.__N), n4.u = n4.__N = void 0;
  })), u2 = r2;
}, a2.diffed = function(n3) {
  m2 && m2(n3);
  var t5 = n3.__c;
  t5 && t5.__H && (t5.__H.__h.length && B2(c2.push(t5)), t5.__H.__.some(function(n4) {
    n4.u && (n4.__H = n4.u);
  })), u2 = r2 = null;
}, a2.__c = function(n3, t5) {
  t5.some(function(n4) {
    try {
      n4.__h.some(C2), n4.__h = n4.__h.filter(function(n5) {
        return !n5.__ || D2(n5);
      });
    } catch (t6) {
      n4.__h = [function() {
        throw t6;
      }];
    }
  }), h2 && h2(n3, t5);
}, a2.unmount = function(n3) {
  s2 && s2(n3);
  var t5, r4, u4 = n3.__c;
  u4 && u4.__H && (u4.__H.__.some(function(u5) {
    try {
      if (u5.__P && u5.__c) {
        if (void 0 === r4) {
          for (r4 = n3.__; r4 && (!r4.__c || !r4.__c.__P); ) r4 = r4.__;
          r4 = r4 && r4.__c;
        }
        u5.__P = r4, B2(e2.push(u5));
      } else C2(u5);
    } catch (n4) {
      t5 = n4;
    }
  }), u4.__H = void 0, t5 && a2.__e(t5, u4.__v));
};
var k2 = "function" == typeof requestAnimationFrame;
function z2(n3) {
  var t5, r4 = function() {
    clearTimeout(u4), k2 && cancelAnimationFrame(t5), setTimeout(n3);
  }, u4 = setTimeout(r4, 35);
  k2 && (t5 = requestAnimationFrame(r4));
}
function B2(n3) {
  1 != n3 && i2 == a2.requestAnimationFrame || ((i2 = a2.requestAnimationFrame) || z2)(g2);
}
function C2(n3) {
  var t5 = r2, u4 = n3.__c;
  "function" == typeof u4 && (n3.__c = void 0, u4()), r2 = t5;
}
function D2(n3) {
  var t5 = r2;
  n3.__c = n3.__(), r2 = t5;
}
function E2(n3, t5) {
  return !n3 || n3.length != t5.length || t5.some(function(t6, r4) {
    return !o2(t6, n3[r4]);
  });
}
function G2(n3, t5) {
  return "function" == typeof t5 ? t5(n3) : t5;
}

// vendor/preact-signals-core/dist/signals-core.mjs
var t3 = /* @__PURE__ */ Symbol.for("preact-signals");
function i3() {
  if (e3 > 1) {
    e3--;
    return;
  }
  let t5, i4 = false;
  !(function() {
    let t6 = h3;
    h3 = void 0;
    while (void 0 !== t6) {
      const i5 = t6.S;
      if (i5.v === t6.v) {
        for (let n3 = i5.t; void 0 !== n3; n3 = n3.x) if (n3.i === t6.i) n3.i = i5.i;
      }
      t6 = t6.o;
    }
  })();
  while (void 0 !== r3) {
    let n3 = r3;
    r3 = void 0;
    c3++;
    while (void 0 !== n3) {
      const o5 = n3.u;
      n3.u = void 0;
      n3.f &= -3;
      if (!(8 & n3.f) && w3(n3)) try {
        n3.c();
      } catch (n4) {
        if (!i4) {
          t5 = n4;
          i4 = true;
        }
      }
      n3 = o5;
    }
  }
  c3 = 0;
  e3--;
  if (i4) throw t5;
}
function n2(t5) {
  if (e3 > 0) return t5();
  d3 = ++u3;
  e3++;
  try {
    return t5();
  } finally {
    i3();
  }
}
var o3;
var s3;
var r3;
function f3(t5) {
  const i4 = o3, n3 = s3;
  o3 = void 0;
  s3 = void 0;
  try {
    return t5();
  } finally {
    o3 = i4;
    s3 = n3;
  }
}
var h3;
var e3 = 0;
var c3 = 0;
var u3 = 0;
var d3 = 0;
var v3 = 0;
function l3(t5) {
  if (void 0 === o3) return;
  let i4 = t5.n;
  if (void 0 === i4 || i4.t !== o3) {
    i4 = { i: 0, S: t5, p: o3.s, n: void 0, t: o3, e: void 0, x: void 0, r: i4 };
    if (void 0 !== o3.s) o3.s.n = i4;
    o3.s = i4;
    t5.n = i4;
    if (32 & o3.f) t5.S(i4);
    return i4;
  } else if (-1 === i4.i) {
    i4.i = 0;
    if (void 0 !== i4.n) {
      i4.n.p = i4.p;
      if (void 0 !== i4.p) i4.p.n = i4.n;
      i4.p = o3.s;
      i4.n = void 0;
      o3.s.n = i4;
      o3.s = i4;
    }
    return i4;
  }
}
function y3(t5, i4) {
  this.v = t5;
  this.i = 0;
  this.n = void 0;
  this.t = void 0;
  this.l = 0;
  this.W = null == i4 ? void 0 : i4.watched;
  this.Z = null == i4 ? void 0 : i4.unwatched;
  this.name = null == i4 ? void 0 : i4.name;
}
y3.prototype.brand = t3;
y3.prototype.h = function() {
  return true;
};
y3.prototype.S = function(t5) {
  const i4 = this.t;
  if (i4 !== t5 && void 0 === t5.e) {
    t5.x = i4;
    this.t = t5;
    if (void 0 !== i4) i4.e = t5;
    else f3(() => {
      var t6;
      null == (t6 = this.W) || t6.call(this);
    });
  }
};
y3.prototype.U = function(t5) {
  if (void 0 !== this.t) {
    const i4 = t5.e, n3 = t5.x;
    if (void 0 !== i4) {
      i4.x = n3;
      t5.e = void 0;
    }
    if (void 0 !== n3) {
      n3.e = i4;
      t5.x = void 0;
    }
    if (t5 === this.t) {
      this.t = n3;
      if (void 0 === n3) f3(() => {
        var t6;
        null == (t6 = this.Z) || t6.call(this);
      });
    }
  }
};
y3.prototype.subscribe = function(t5) {
  return x2(() => {
    const i4 = this.value;
    f3(() => t5(i4));
  }, { name: "sub" });
};
y3.prototype.valueOf = function() {
  return this.value;
};
y3.prototype.toString = function() {
  return this.value + "";
};
y3.prototype.toJSON = function() {
  return this.value;
};
y3.prototype.peek = function() {
  return f3(() => this.value);
};
Object.defineProperty(y3.prototype, "value", { get() {
  const t5 = l3(this);
  if (void 0 !== t5) t5.i = this.i;
  return this.v;
}, set(t5) {
  if (t5 !== this.v) {
    if (c3 > 100) throw new Error("Cycle detected");
    !(function(t6) {
      if (0 !== e3 && 0 === c3) {
        if (t6.l !== d3) {
          t6.l = d3;
          h3 = { S: t6, v: t6.v, i: t6.i, o: h3 };
        }
      }
    })(this);
    this.v = t5;
    this.i++;
    v3++;
    e3++;
    try {
      for (let t6 = this.t; void 0 !== t6; t6 = t6.x) t6.t.N();
    } finally {
      i3();
    }
  }
} });
function a3(t5, i4) {
  return new y3(t5, i4);
}
function w3(t5) {
  for (let i4 = t5.s; void 0 !== i4; i4 = i4.n) if (i4.S.i !== i4.i || !i4.S.h() || i4.S.i !== i4.i) return true;
  return false;
}
function b(t5) {
  for (let i4 = t5.s; void 0 !== i4; i4 = i4.n) {
    const n3 = i4.S.n;
    if (void 0 !== n3) i4.r = n3;
    i4.S.n = i4;
    i4.i = -1;
    if (void 0 === i4.n) {
      t5.s = i4;
      break;
    }
  }
}
function _3(t5) {
  let i4, n3 = t5.s;
  while (void 0 !== n3) {
    const t6 = n3.p;
    if (-1 === n3.i) {
      n3.S.U(n3);
      if (void 0 !== t6) t6.n = n3.n;
      if (void 0 !== n3.n) n3.n.p = t6;
    } else i4 = n3;
    n3.S.n = n3.r;
    if (void 0 !== n3.r) n3.r = void 0;
    n3 = t6;
  }
  t5.s = i4;
}
function j2(t5, i4) {
  y3.call(this, void 0, i4);
  this.x = t5;
  this.s = void 0;
  this.g = v3 - 1;
  this.f = 4;
}
j2.prototype = new y3();
j2.prototype.h = function() {
  this.f &= -3;
  if (1 & this.f) return false;
  if (32 == (36 & this.f)) return true;
  this.f &= -5;
  if (this.g === v3) return true;
  this.g = v3;
  this.f |= 1;
  if (this.i > 0 && !w3(this)) {
    this.f &= -2;
    return true;
  }
  const t5 = o3;
  try {
    b(this);
    o3 = this;
    const t6 = this.x();
    if (16 & this.f || this.v !== t6 || 0 === this.i) {
      this.v = t6;
      this.f &= -17;
      this.i++;
    }
  } catch (t6) {
    this.v = t6;
    this.f |= 16;
    this.i++;
  }
  o3 = t5;
  _3(this);
  this.f &= -2;
  return true;
};
j2.prototype.S = function(t5) {
  if (void 0 === this.t) {
    this.f |= 36;
    for (let t6 = this.s; void 0 !== t6; t6 = t6.n) t6.S.S(t6);
  }
  y3.prototype.S.call(this, t5);
};
j2.prototype.U = function(t5) {
  if (void 0 !== this.t) {
    y3.prototype.U.call(this, t5);
    if (void 0 === this.t) {
      this.f &= -33;
      for (let t6 = this.s; void 0 !== t6; t6 = t6.n) t6.S.U(t6);
    }
  }
};
j2.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (let t5 = this.t; void 0 !== t5; t5 = t5.x) t5.t.N();
  }
};
Object.defineProperty(j2.prototype, "value", { get() {
  if (1 & this.f) throw new Error("Cycle detected");
  const t5 = l3(this);
  this.h();
  if (void 0 !== t5) t5.i = this.i;
  if (16 & this.f) throw this.v;
  return this.v;
} });
function O(t5, i4) {
  return new j2(t5, i4);
}
function p3(t5) {
  const n3 = t5.j;
  t5.j = void 0;
  if ("function" == typeof n3) {
    e3++;
    const s4 = o3;
    o3 = void 0;
    try {
      n3();
    } catch (i4) {
      t5.f &= -2;
      t5.f |= 8;
      g3(t5);
      throw i4;
    } finally {
      o3 = s4;
      i3();
    }
  }
}
function g3(t5) {
  for (let i4 = t5.s; void 0 !== i4; i4 = i4.n) i4.S.U(i4);
  t5.x = void 0;
  t5.s = void 0;
  p3(t5);
}
function S2(t5) {
  if (o3 !== this) throw new Error("Out-of-order effect");
  _3(this);
  o3 = t5;
  this.f &= -2;
  try {
    if (8 & this.f) g3(this);
  } finally {
    i3();
  }
}
function m3(t5, i4) {
  this.x = t5;
  this.j = void 0;
  this.s = void 0;
  this.u = void 0;
  this.f = 32;
  this.name = null == i4 ? void 0 : i4.name;
  if (s3) s3.push(this);
}
m3.prototype.c = function() {
  const t5 = this.S();
  try {
    if (8 & this.f) return;
    if (void 0 === this.x) return;
    const i4 = this.x();
    if ("function" == typeof i4) this.j = i4;
  } finally {
    t5();
  }
};
m3.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1;
  this.f &= -9;
  p3(this);
  b(this);
  e3++;
  const t5 = o3;
  o3 = this;
  return S2.bind(this, t5);
};
m3.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 2;
    this.u = r3;
    r3 = this;
  }
};
m3.prototype.d = function() {
  this.f |= 8;
  if (!(1 & this.f)) g3(this);
};
m3.prototype.dispose = function() {
  this.d();
};
function x2(t5, i4) {
  const n3 = new m3(t5, i4);
  try {
    n3.c();
  } catch (t6) {
    n3.d();
    throw t6;
  }
  const o5 = n3.d.bind(n3);
  o5[Symbol.dispose] = o5;
  return o5;
}

// vendor/preact-signals/dist/signals.mjs
var d4 = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var p4;
var m4;
var v4;
var g4 = [];
x2(function() {
  p4 = this.N;
})();
function b2(t5, i4) {
  n[t5] = i4.bind(null, n[t5] || (() => {
  }));
}
function y4(t5) {
  if (v4) {
    const t6 = v4;
    v4 = void 0;
    t6();
  }
  v4 = t5 && t5.S();
}
function w4({ data: t5 }) {
  const i4 = useSignal(t5);
  i4.name = "ReactiveDom";
  i4.value = t5;
  const [n3, e4] = w2(() => {
    let t6 = this, n4 = this.__v;
    while (n4 = n4.__) if (n4.__c) {
      n4.__c.__$f |= 4;
      break;
    }
    const e5 = O(() => {
      let t7 = i4.value.value;
      return 0 === t7 ? 0 : true === t7 ? "" : t7 || "";
    }), f5 = O(() => !Array.isArray(e5.value) && !r(e5.value)), r4 = x2(function() {
      this.N = M;
      if (f5.value) {
        const i5 = e5.value;
        if (t6.__v && t6.__v.__e && 3 === t6.__v.__e.nodeType) t6.__v.__e.data = i5;
      }
    }), u4 = this.__$u.d;
    this.__$u.d = function() {
      r4();
      u4.call(this);
    };
    return [f5, e5];
  }, []);
  return n3.value ? e4.peek() : e4.value;
}
w4.displayName = "ReactiveTextNode";
Object.defineProperties(y3.prototype, { constructor: { configurable: true, value: k($, null).constructor }, type: { configurable: true, value: w4 }, props: { configurable: true, get() {
  const t5 = this;
  return { data: { get value() {
    return t5.value;
  } } };
} }, __b: { configurable: true, value: 1 } });
b2("__b", (t5, i4) => {
  y4();
  m4 = void 0;
  if ("string" == typeof i4.type) {
    let t6, n3 = i4.props;
    for (let e4 in n3) {
      if ("children" === e4) continue;
      let o5 = n3[e4];
      if (o5 instanceof y3) {
        if (!t6) i4.__np = t6 = {};
        t6[e4] = o5;
        n3[e4] = o5.peek();
      }
    }
  }
  t5(i4);
});
b2("__r", (t5, n3) => {
  t5(n3);
  if (n3.type !== $) {
    y4();
    let t6, i4 = n3.__c;
    if (i4) {
      i4.__$f &= -2;
      t6 = i4.__$u;
      if (void 0 === t6) i4.__$u = t6 = (function(t7, i5) {
        let n4;
        x2(function() {
          n4 = this;
        }, { name: i5 });
        n4.c = t7;
        return n4;
      })(/* @__PURE__ */ (function(t7) {
        return function() {
          var i5;
          if (d4) null == (i5 = this.y) || i5.call(this);
          t7.__$f |= 1;
          t7.setState({});
        };
      })(i4), "function" == typeof n3.type ? n3.type.displayName || n3.type.name : "");
    }
    m4 = i4;
    y4(t6);
  }
});
b2("__e", (t5, i4, n3, e4) => {
  y4();
  m4 = void 0;
  t5(i4, n3, e4);
});
b2("diffed", (t5, i4) => {
  y4();
  m4 = void 0;
  let n3;
  if ("string" == typeof i4.type && (n3 = i4.__e)) {
    let t6 = i4.__np, e4 = i4.props, o5 = n3.U;
    if (o5) for (let i5 in o5) {
      let n4 = o5[i5];
      if (!(void 0 === n4 || t6 && i5 in t6)) {
        n4.d();
        o5[i5] = void 0;
      }
    }
    if (t6) {
      if (!o5) {
        o5 = {};
        n3.U = o5;
      }
      for (let i5 in t6) {
        let f5 = o5[i5], r4 = t6[i5];
        if (void 0 === f5) {
          f5 = k4(n3, i5, r4, e4);
          o5[i5] = f5;
        } else f5.o(r4, e4);
      }
    }
  }
  t5(i4);
});
function k4(t5, i4, n3, e4) {
  const o5 = i4 in t5 && void 0 === t5.ownerSVGElement, f5 = a3(n3);
  return { o: (t6, i5) => {
    f5.value = t6;
    e4 = i5;
  }, d: x2(function() {
    this.N = M;
    const n4 = f5.value.value;
    if (e4[i4] !== n4) {
      e4[i4] = n4;
      if (o5) t5[i4] = n4;
      else if (null != n4 && (false !== n4 || "-" === i4[4])) t5.setAttribute(i4, n4);
      else t5.removeAttribute(i4);
    }
  }) };
}
b2("unmount", (t5, i4) => {
  if ("string" == typeof i4.type) {
    let t6 = i4.__e;
    if (t6) {
      const i5 = t6.U;
      if (i5) {
        t6.U = void 0;
        for (let t7 in i5) {
          let n4 = i5[t7];
          if (n4) n4.d();
        }
      }
    }
    let n3 = i4.__np;
    if (n3) {
      let t7 = i4.props;
      for (let i5 in n3) t7[i5] = n3[i5];
    }
    i4.__np = void 0;
  } else {
    let t6 = i4.__c;
    if (t6) {
      t6.__$f |= 8;
      const i5 = t6.__$u;
      if (i5) {
        t6.__$u = void 0;
        i5.d();
      }
    }
  }
  t5(i4);
});
b2("__h", (t5, i4, n3, e4) => {
  if (e4 < 3) i4.__$f |= 2;
  t5(i4, n3, e4);
});
x.prototype.shouldComponentUpdate = function(t5, i4) {
  if (this.__R) return true;
  const n3 = this.__$u, e4 = n3 && void 0 !== n3.s;
  for (let t6 in i4) return true;
  if (this.__f || "boolean" == typeof this.u && true === this.u) {
    const t6 = 2 & this.__$f;
    if (!(e4 || t6 || 4 & this.__$f)) return true;
    if (1 & this.__$f) return true;
  } else {
    if (!(e4 || 4 & this.__$f)) return true;
    if (3 & this.__$f) return true;
  }
  for (let i5 in t5) if ("__source" !== i5 && t5[i5] !== this.props[i5]) return true;
  for (let i5 in this.props) if (!(i5 in t5)) return true;
  return false;
};
function useSignal(t5, i4) {
  return w2(() => a3(t5, i4), []);
}
var A3 = (t5) => {
  queueMicrotask(() => {
    queueMicrotask(t5);
  });
};
function F3() {
  n2(() => {
    let t5;
    while (t5 = g4.shift()) p4.call(t5);
  });
}
function M() {
  if (1 === g4.push(this)) (n.requestAnimationFrame || A3)(F3);
}

// src/i18n/en.ts
var en = {
  "app.loading": "Connecting to the unit …",
  "app.unreachable": "The unit does not answer.",
  "app.retry": "Try again",
  "app.skip": "Skip to outputs",
  "app.licences": "Licences",
  "app.about": "{model} · serial {serial} · Zerocross {version}",
  "app.uptime": "up {duration}",
  "login.title": "Sign in",
  "login.lead": "Sign in to see and switch this unit.",
  "login.expired": "Your session has ended. Sign in again to go on where you were.",
  "login.user": "User",
  "login.password": "Password",
  "login.submit": "Sign in",
  "login.busy": "Signing in …",
  "login.missing": "Enter a user and a password.",
  "setup.title": "Welcome",
  "setup.lead": "Choose the password of the administrator. The user is called “admin”.",
  "setup.password": "New password",
  "setup.repeat": "Repeat the password",
  "setup.hint": "At least {minimum} characters. A short sentence is easy to remember and hard to guess.",
  "setup.differs": "The two passwords differ.",
  "setup.submit": "Set password and sign in",
  "connection.live": "Live",
  "connection.connecting": "Connecting",
  "connection.stale": "Not live",
  "connection.lost": "Connection to the unit lost",
  "menu.signedIn": "Signed in as {user}",
  "menu.signOut": "Sign out",
  "menu.language": "Language",
  "menu.theme": "Colours",
  "menu.theme.auto": "As the system",
  "menu.theme.light": "Light",
  "menu.theme.dark": "Dark",
  "menu.keyboard": "Keyboard",
  "role.administrator": "Administrator",
  "role.user": "User",
  "role.guest": "Guest",
  "banner.mains": "No mains",
  "banner.mainsText": "The unit has no power at its inlet: every output is without voltage. Outputs return by their power-up settings when mains returns.",
  "banner.powerUp": "Power-up sequence",
  "banner.powerUpText": "Mains has returned. Still to be switched on: {outputs}. Next in {seconds} s.",
  "banner.stale": "Values are not live",
  "banner.staleText": "No answer from the unit since {time}. What you see may be out of date; the page keeps trying by itself.",
  "banner.staleRetry": "Connect now",
  "health.title": "Needs attention",
  "health.warning": "Warning",
  "health.error": "Fault",
  "health.since": "since {time}",
  "health.listen.failed": "The service “{subject}” could not open {addr}. Another program may use the port, or the port may need more rights; everything else works.",
  "health.protocol.failed": "The protocol “{protocol}” does not run and is tried again by itself; everything else works.",
  "health.relay.fault": "Output {output}: the relay does not do what it was told. Check the output and what it feeds.",
  "health.mains.absent": "There is no mains at the inlet.",
  "health.journal.failed": "The state cannot be stored. Switching goes on, but a crash would lose the newest state. Check the space and the health of the storage.",
  "health.certificate.replaced": "The stored certificate cannot be used and a new one was made. Trust it anew in browsers and clients.",
  "health.certificate.notStored": "The new certificate could not be stored and will be another one after a restart.",
  "health.certificate.expired": "The certificate has expired. Replace it.",
  "totals.title": "Whole unit",
  "totals.power": "Power",
  "totals.current": "Current",
  "totals.voltage": "Voltage",
  "totals.frequency": "Frequency",
  "totals.powerFactor": "Power factor",
  "totals.energy": "Energy",
  "totals.energySince": "since {date}",
  "totals.energyEver": "since the first start",
  "totals.outputsOn": "{on} of {all} outputs on",
  "outputs.title": "Outputs",
  "outputs.allOn": "All on",
  "outputs.allOff": "All off",
  "outputs.allRestart": "Restart all",
  "outputs.all": "All outputs",
  "outputs.number": "Output {number}",
  "outputs.restart": "Restart",
  "outputs.restartOf": "Restart {name}",
  "outputs.restartNeedsOn": "Only an output that is on can be restarted.",
  "outputs.notAllowed": "Your account may watch but not switch.",
  "outputs.noMains": "no mains",
  "outputs.switchLabel": "{name}, output {number}",
  "outputs.column.output": "Output",
  "outputs.column.state": "State",
  "outputs.column.power": "Power",
  "outputs.column.current": "Current",
  "outputs.column.voltage": "Voltage",
  "outputs.column.powerFactor": "PF",
  "outputs.column.phase": "Phase",
  "outputs.column.energy": "Energy",
  "outputs.unmetered": "not metered",
  "state.on": "On",
  "state.off": "Off",
  "state.unknown": "Unknown",
  "state.switching": "Switching …",
  "state.dropped": "Not switched: a restart or pulse is running.",
  "pulse.shortOff": "Restarting, on again in {time}",
  "pulse.shortOn": "On for a short time, off in {time}",
  "pulse.progress": "Time that is left",
  "fault.notFollowing": "Relay does not follow: told {commanded}, contact is {contact}.",
  "fault.movedItself": "Relay moved by itself: told {commanded}, contact is {contact}.",
  "fault.driveFailed": "Relay could not be driven; contact is {contact}.",
  "change.by": "since {time} · {origin}",
  "change.at": "since {time}",
  "origin.web": "web",
  "origin.button": "button",
  "origin.system": "the unit itself",
  "origin.automation": "automation",
  "origin.protection": "protection",
  "origin.power-up": "power-up",
  "origin.pulse": "end of a pulse",
  "origin.json": "JSON API",
  "origin.xml": "XML API",
  "origin.url": "URL API",
  "origin.withUser": "{user} ({way})",
  "confirm.off": "Switch off {name}?",
  "confirm.offText": "The output is on. Whatever it feeds loses power.",
  "confirm.offDraws": "It draws {power} right now. Whatever it feeds loses power.",
  "confirm.restart": "Restart {name}?",
  "confirm.restartText": "The output goes off for {time} and then on again.",
  "confirm.allOff": "Switch off all outputs?",
  "confirm.allRestart": "Restart all outputs that are on?",
  "confirm.allRestartText": "Each goes off for its own time and then on again. Outputs that are off stay off.",
  "confirm.loses.one": "{count} output loses power:",
  "confirm.loses.other": "{count} outputs lose power:",
  "confirm.cancel": "Cancel",
  "confirm.doOff": "Switch off",
  "confirm.doRestart": "Restart",
  "confirm.doAllOff": "Switch all off",
  "confirm.doAllRestart": "Restart all",
  "announce.switchedOn": "{name} is on",
  "announce.switchedOff": "{name} is off",
  "announce.restarting": "{name} restarts, on again in {time}",
  "announce.pulsing": "{name} is on for {time}",
  "announce.mainsLost": "Mains is lost",
  "announce.mainsBack": "Mains is back",
  "announce.fault": "{name}: the relay does not follow",
  "announce.mended": "{name}: the relay follows again",
  "announce.live": "Values are live again",
  "help.title": "Keyboard",
  "help.close": "Close",
  "help.tab": "Next or previous control",
  "help.space": "Switch or press the focused control",
  "help.arrows": "Same control of the output above or below",
  "help.ends": "Same control of the first or last output",
  "help.escape": "Close a dialog without doing anything",
  "help.safe": "Switching off and restarting always ask first; switching on does not.",
  "bench.title": "Bench",
  "bench.lead": "This unit is virtual. Plug loads in and disturb its mains to see how it, and your software, respond.",
  "bench.mains": "Mains",
  "bench.mainsSwitch": "Mains supply",
  "bench.voltage": "Voltage",
  "bench.frequency": "Frequency",
  "bench.outlets": "Loads",
  "bench.outlet": "Outlet {number}: {name}",
  "bench.load": "Load",
  "bench.load.none": "Nothing",
  "bench.load.resistive": "Resistive",
  "bench.load.constantPF": "Constant power",
  "bench.load.rectifier": "Rectifier",
  "bench.load.pfc": "Supply with PFC",
  "bench.load.led": "LED lamps",
  "bench.load.server": "Server",
  "bench.load.motor": "Motor",
  "bench.load.transformer": "Transformer",
  "bench.load.thermostat": "Heater with thermostat",
  "bench.load.capacitor": "Capacitor",
  "bench.load.inverter": "Solar inverter",
  "bench.load.recording": "Recording",
  "bench.load.trace": "Power over time",
  "bench.member.watts": "Watts",
  "bench.member.va": "Volt-amperes",
  "bench.member.powerFactor": "Power factor",
  "bench.member.shift": "Current is",
  "bench.member.file": "File",
  "bench.member.ampsPerCount": "A per count",
  "bench.member.voltsPerCount": "V per count",
  "bench.member.rate": "Samples per second",
  "bench.member.scale": "Scale",
  "bench.member.capacitanceUF": "Capacitance",
  "bench.member.resistanceOhm": "Resistance",
  "bench.member.inductanceUH": "Inductance",
  "bench.member.ratedWatts": "Rated watts",
  "bench.member.bulkUF": "Bulk capacitor",
  "bench.member.filterUF": "Filter capacitor",
  "bench.member.ntcOhm": "NTC resistor",
  "bench.member.startRatio": "Starting over rated current",
  "bench.member.inertiaS": "Time to full speed",
  "bench.member.load": "Torque",
  "bench.member.stepS": "Time between steps",
  "bench.member.stepLoad": "Torque after a step",
  "bench.member.noLoadPercent": "No-load current",
  "bench.member.lossPercent": "Core loss",
  "bench.member.copperPercent": "Copper loss",
  "bench.member.saturatedPercent": "Reactance in saturation",
  "bench.member.remanence": "Remanence",
  "bench.member.targetC": "Target",
  "bench.member.spreadK": "Spread",
  "bench.member.ambientC": "Surroundings",
  "bench.member.riseK": "Rise if always on",
  "bench.member.timeS": "Thermal time",
  "bench.member.work": "Work after boot",
  "bench.member.idleWatts": "Watts idle",
  "bench.member.busyWatts": "Watts busy",
  "bench.member.bootWatts": "Watts in boot",
  "bench.member.frozenWatts": "Watts frozen",
  "bench.member.bootS": "Boot time",
  "bench.member.address": "Answers ping at",
  "bench.member.connectS": "Time before feeding",
  "bench.member.nominalV": "Nominal voltage",
  "bench.member.clouds": "Clouds",
  "bench.member.phase": "Phase",
  "bench.member.alive": "Alive",
  "bench.member.forS": "For",
  "bench.member.busV": "Bulk voltage",
  "bench.member.outputOn": "Output on",
  "bench.member.correctorOn": "Corrector on",
  "bench.member.ntcTemperatureC": "NTC temperature",
  "bench.member.speed": "Speed",
  "bench.member.flux": "Flux",
  "bench.member.temperatureC": "Temperature",
  "bench.member.heating": "Heating",
  "bench.member.feeding": "Feeding",
  "bench.member.sunW": "Sun",
  "bench.member.atS": "Position",
  "bench.member.operateMs": "Closing time",
  "bench.member.releaseMs": "Opening time",
  "bench.member.spreadMs": "Spread",
  "bench.member.bounceMs": "Bounce",
  "bench.value.inductive": "Inductive",
  "bench.value.capacitive": "Capacitive",
  "bench.value.off": "Off",
  "bench.value.boot": "Boot",
  "bench.value.idle": "Idle",
  "bench.value.busy": "Busy",
  "bench.value.frozen": "Frozen",
  "bench.yes": "yes",
  "bench.no": "no",
  "bench.state": "What the load is doing",
  "bench.relay": "Relay",
  "bench.relay.none": "Healthy",
  "bench.relay.stuck": "Stuck, does not move",
  "bench.relay.welded": "Welded, stays closed",
  "bench.relay.dead": "Dead, stays open",
  "bench.relayDetails": "Relay timing and wear",
  "bench.operations": "Operations",
  "bench.wear": "Wear",
  "bench.inputs": "Inputs",
  "bench.inputClosed": "{name} closed",
  "bench.pulses": "Pulses: {count}",
  "bench.sendPulse": "Send a pulse",
  "bench.of": "{field}, outlet {number}",
  "error.network": "The unit does not answer.",
  "error.dismiss": "Dismiss",
  "error.failed": "Not done: {reason}",
  "code.auth.wrong": "User or password is wrong.",
  "code.auth.session": "The session has ended.",
  "code.auth.throttled": "Too many wrong attempts. Try again in {retryAfterSeconds} s.",
  "code.auth.busy": "The unit is busy with other logins. Try again.",
  "code.setup.done": "The password has been chosen already. Reload the page to sign in.",
  "code.password.short": "The password needs at least {minimum} characters.",
  "code.password.long": "The password may have at most {maximum} bytes.",
  "code.auth.forbidden": "Your account is not allowed to do this.",
  "code.auth.missing": "Sign in first.",
  "code.output.unknown": "There is no such output.",
  "code.output.unknownState": "The state of the output is not known, so it cannot be inverted.",
  "code.action.unknown": "There is no such action.",
  "code.delay.range": "The time must be between 0.1 s and 24 h.",
  "code.command.cancelled": "Given up before the unit took the command.",
  "code.mains.absent": "The unit has no mains, so it cannot switch.",
  "code.engine.starting": "The unit is starting. Try again in a moment.",
  "code.engine.stopping": "The unit is stopping.",
  "code.events.tooMany": "Too many open pages. Close one and try again.",
  "code.recording.missing": "There is no such recording.",
  "code.recording.cycles": "The file holds no usable mains cycles.",
  "code.relay.drive": "The relay could not be driven."
};

// src/i18n/i18n.ts
var languages = { en: "English", de: "Deutsch" };
var loaders = {
  en: () => Promise.resolve(en),
  de: () => import("./i18n/de.js").then((m5) => m5.de)
};
var current = a3({ language: "en", messages: en });
var language = O(() => current.value.language);
async function setLanguage(wanted) {
  current.value = { language: wanted, messages: await loaders[wanted]() };
  document.documentElement.lang = wanted;
}
function chooseLanguage(wanted) {
  for (const tag of wanted) {
    const base2 = tag.toLowerCase().split("-")[0] ?? "";
    if (base2 in languages) return base2;
  }
  return "en";
}
function chooseLocale(language2, wanted) {
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === language2) ?? language2;
}
function fill(sentence, parameters) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => name in parameters ? String(parameters[name]) : whole);
}
function t4(key, ...parameters) {
  return fill(current.value.messages[key], parameters[0] ?? {});
}
function tCode(prefix, code, args, text) {
  const sentence = current.value.messages[prefix + code];
  if (sentence === void 0) return text;
  const filled = fill(sentence, args ?? {});
  return /\{\w+\}/.test(filled) ? text : filled;
}

// src/preferences.ts
var themeKey = "zerocross.theme";
var languageKey = "zerocross.language";
function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
  }
}
var stored = read(themeKey);
var theme = a3(stored === "light" || stored === "dark" ? stored : "auto");
function chooseTheme(wanted) {
  theme.value = wanted;
  write(themeKey, wanted === "auto" ? null : wanted);
  if (wanted === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}
function startLanguage() {
  const kept = read(languageKey);
  return setLanguage(kept && kept in languages ? kept : chooseLanguage(navigator.languages));
}
function pickLanguage(wanted) {
  write(languageKey, wanted);
  void setLanguage(wanted);
}

// src/api.ts
var base = "api/v1/";
var APIError = class extends Error {
  constructor(kind, code, args, text, faults = []) {
    super(text);
    this.kind = kind;
    this.code = code;
    this.args = args;
    this.faults = faults;
  }
  kind;
  code;
  args;
  faults;
  /** What to tell a person, in the language that is shown. */
  get sentence() {
    if (this.kind === "network") return t4("error.network");
    if (this.faults.length > 0) return this.faults.map((fault) => tCode("code.", fault.code, fault.args, fault.message)).join("; ");
    return tCode("code.", this.code, this.args, this.message);
  }
};
function sentenceOf(thrown) {
  return thrown instanceof APIError ? thrown.sentence : String(thrown);
}
async function open(path, init = {}) {
  let response;
  try {
    response = await fetch(base + path, { cache: "no-store", credentials: "same-origin", ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new APIError("network", "", {}, String(cause));
  }
  if (response.ok) return response;
  throw await refusal(response);
}
async function refusal(response) {
  const fallback = response.status === 401 ? "unauthenticated" : response.status === 403 ? "forbidden" : "internal";
  try {
    const { error } = await response.json();
    return new APIError(error.kind ?? fallback, error.code ?? "", error.args ?? {}, error.message ?? response.statusText, error.faults ?? []);
  } catch {
    return new APIError(fallback, "", {}, `${response.status} ${response.statusText}`);
  }
}
async function request(method, path, body) {
  const init = { method };
  if (body !== void 0) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await open(path, init);
  const text = await response.text();
  return text === "" ? void 0 : JSON.parse(text);
}
var api = {
  session: () => request("GET", "session"),
  login: (user, password) => request("POST", "session", { user, password }),
  logout: () => request("DELETE", "session"),
  setup: () => request("GET", "setup"),
  choosePassword: (password) => request("POST", "setup", { password }),
  health: () => request("GET", "health"),
  actAll: (body) => request("POST", "actions", body),
  get: (path) => request("GET", path),
  put: (path, body) => request("PUT", path, body)
};

// src/format.ts
var none = "–";
var decimals = { W: 1, A: 3, V: 1, Hz: 2, "°": 1, kWh: 3, PF: 2 };
var locale = O(() => chooseLocale(language.value, typeof navigator === "undefined" ? [] : navigator.languages));
var numbers = O(() => {
  const of = (digits) => new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return Object.fromEntries(Object.entries(decimals).map(([unit, digits]) => [unit, of(digits)]));
});
function number(value, unit) {
  if (value === null || value === void 0 || !Number.isFinite(value)) return none;
  const digits = decimals[unit];
  const rounded2 = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value;
  return numbers.value[unit].format(rounded2).replace("-", "−");
}
function quantity(value, unit) {
  const text = number(value, unit);
  return text === none || unit === "PF" ? text : unit === "°" ? text + "°" : `${text} ${unit}`;
}
function rounded(value) {
  const size = Math.abs(value);
  const maximumFractionDigits = size < 10 ? 2 : size < 100 ? 1 : 0;
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits, signDisplay: "negative" }).format(value).replace("-", "−");
}
function percent(part) {
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumSignificantDigits: 2 }).format(part);
}
function duration(ms) {
  const left = Math.max(0, ms);
  if (left < 9950) {
    const seconds = new Intl.NumberFormat(locale.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${seconds.format(left / 1e3)} s`;
  }
  const total = Math.ceil(left / 1e3);
  if (total < 60) return `${total} s`;
  const two = (n3) => String(n3).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}
function age(seconds) {
  const [value, unit] = seconds >= 172800 ? [seconds / 86400, "day"] : seconds >= 7200 ? [seconds / 3600, "hour"] : [seconds / 60, "minute"];
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0, roundingMode: "floor" }).format(value);
}
function moment(at, now) {
  const sameDay = at.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale.value, sameDay ? { timeStyle: "medium" } : { dateStyle: "short", timeStyle: "short" }).format(at);
}
function date(at) {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(at);
}
function plural(count) {
  return new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
}
function list(names) {
  return new Intl.ListFormat(locale.value, { type: "conjunction" }).format(names);
}

// src/announce.ts
function announcementOf(event, device2) {
  switch (event.name) {
    case "outputSwitched": {
      const name = nameOf(device2, event.output);
      if (event.pulse?.action === "shortOff") return t4("announce.restarting", { name, time: duration(event.pulse.delayMs) });
      if (event.pulse) return t4("announce.pulsing", { name, time: duration(event.pulse.delayMs) });
      return event.to === "on" ? t4("announce.switchedOn", { name }) : t4("announce.switchedOff", { name });
    }
    case "relayFaultChanged": {
      const name = nameOf(device2, event.output);
      return event.fault === "" ? t4("announce.mended", { name }) : t4("announce.fault", { name });
    }
    case "powerChanged":
      return event.powered ? t4("announce.mainsBack") : t4("announce.mainsLost");
  }
  return null;
}
function nameOf(device2, id) {
  return device2.outputs.find((output) => output.id === id)?.name ?? t4("outputs.number", { number: id });
}

// src/live/device.ts
function reduce(device2, message) {
  if (message.type === "snapshot") return message.device;
  const { change } = message;
  if (device2 === null) return "gap";
  if (change.seq <= device2.seq) return device2;
  if (change.seq !== device2.seq + 1) return "gap";
  const { outputs, ...members } = change.device;
  return {
    ...device2,
    ...members,
    seq: change.seq,
    // Another model has other outputs; they come whole then.
    outputs: outputs ? members.model ? outputs : mergeByID(device2.outputs, outputs) : device2.outputs
  };
}
function mergeByID(all, changed) {
  const byID = new Map(changed.map((one) => [one.id, one]));
  return all.map((one) => byID.get(one.id) ?? one);
}
function clockOffset(known, sentAt, receivedAt) {
  const difference = receivedAt - sentAt;
  if (known === null || difference < known || difference - known > 6e4) return difference;
  return known;
}

// src/live/sse.ts
var EventParser = class {
  #rest = "";
  #name = "";
  #data = [];
  push(text) {
    const events = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }
  #line(line) {
    if (line === "") {
      const event = this.#data.length > 0 ? { name: this.#name || "message", data: this.#data.join("\n") } : null;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#name = value;
    return null;
  }
};

// src/live/stream.ts
function backoff(attempt) {
  return Math.min(8e3, 250 * 2 ** Math.max(0, attempt - 1));
}
var Stream = class {
  constructor(owner) {
    this.owner = owner;
  }
  owner;
  #stopped = false;
  #everLive = false;
  #connection = null;
  #wake = null;
  /** Connects and stays connected until stop; never throws. */
  async run() {
    for (let attempt = 0; !this.#stopped; attempt++) {
      if (attempt > 0) await this.#pause(backoff(attempt));
      if (this.#stopped) return;
      if (!this.#everLive) this.owner.state("connecting");
      try {
        await this.#readOnce(() => attempt = 0);
      } catch (thrown) {
        if (thrown instanceof APIError && thrown.kind === "unauthenticated") {
          this.#stopped = true;
          this.owner.unauthenticated();
          return;
        }
      }
      if (!this.#stopped && this.#everLive) this.owner.state("stale");
    }
  }
  /** Ends the stream. */
  stop() {
    this.#stopped = true;
    this.reconnect();
  }
  /** Ends the pause before the next attempt, or drops a connection that is open. */
  reconnect() {
    this.#connection?.abort();
    this.#wake?.();
  }
  async #readOnce(succeeded) {
    const connection2 = new AbortController();
    this.#connection = connection2;
    let lastSign = Date.now();
    const watch = setInterval(() => {
      const silent = Date.now() - lastSign;
      if (silent > this.owner.silenceLimit()) connection2.abort();
    }, 500);
    try {
      const response = await open("events", { signal: connection2.signal, headers: { Accept: "text/event-stream" } });
      const parser = new EventParser();
      for await (const text of texts(response, connection2.signal)) {
        lastSign = Date.now();
        for (const event of parser.push(text)) this.owner.event(event);
        if (connection2.signal.aborted) return;
        this.#everLive = true;
        succeeded();
        this.owner.state("live");
      }
    } finally {
      clearInterval(watch);
      connection2.abort();
      this.#connection = null;
    }
  }
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
};
async function* texts(response, signal) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  while (!signal.aborted) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

// src/store.ts
var access = a3({ stage: "checking" });
var device = a3(null);
var connection = a3("connecting");
var conditions = a3([]);
var lastMessageAt = a3(Date.now());
var announcement = a3("");
var offset = a3(null);
var session = O(() => access.value.stage === "in" ? access.value.session : null);
function may(privilege) {
  return session.value?.privileges.includes(privilege) ?? false;
}
function remaining(at, now) {
  return Date.parse(at) + (offset.value ?? 0) - now;
}
var stream = null;
var healthTimer;
async function enter() {
  access.value = { stage: "checking" };
  try {
    admit(await api.session());
  } catch (thrown) {
    if (!(thrown instanceof APIError) || thrown.kind !== "unauthenticated") {
      access.value = { stage: "unreachable" };
      return;
    }
    access.value = await setupNeeded() ? { stage: "setup" } : { stage: "login", expired: false };
  }
}
async function setupNeeded() {
  try {
    return (await api.setup()).needed;
  } catch {
    return false;
  }
}
async function login(user, password) {
  admit(await api.login(user, password));
}
async function setup(password) {
  admit(await api.choosePassword(password));
}
async function logout() {
  await api.logout().catch(() => void 0);
  leave(false);
}
function expire() {
  if (access.value.stage === "in") leave(true);
}
function admit(session2) {
  access.value = { stage: "in", session: session2 };
  connection.value = "connecting";
  stream = new Stream({
    event: takeEvent,
    state: takeConnection,
    unauthenticated: expire,
    // Measurements come all the time while there is mains; without it, the
    // heartbeat of the stream is due every 15 s.
    silenceLimit: () => device.value?.powered ? 4e3 : 2e4
  });
  void stream.run();
  void refreshHealth();
  healthTimer = setInterval(() => void refreshHealth(), 1e4);
}
function leave(expired) {
  stream?.stop();
  stream = null;
  clearInterval(healthTimer);
  device.value = null;
  conditions.value = [];
  access.value = { stage: "login", expired };
}
function reconnect() {
  stream?.reconnect();
}
function takeEvent(event) {
  const message = messageOf(event);
  if (!message) return;
  const before = device.value;
  const after = reduce(before, message);
  if (after === "gap") {
    reconnect();
    return;
  }
  const now = Date.now();
  lastMessageAt.value = now;
  const sentAt = message.type === "snapshot" ? message.device.time : message.change.at;
  offset.value = clockOffset(offset.value, Date.parse(sentAt), now);
  device.value = after;
  if (message.type === "change" && before) noteChange(message.change, after);
}
function messageOf(event) {
  switch (event.name) {
    case "snapshot":
      return { type: "snapshot", device: JSON.parse(event.data) };
    case "change":
      return { type: "change", change: JSON.parse(event.data) };
  }
  return null;
}
var announcedAt = 0;
function announce(sentence) {
  const now = Date.now();
  announcement.value = now - announcedAt < 500 ? `${announcement.value}. ${sentence}` : sentence;
  announcedAt = now;
}
function noteChange(change, after) {
  const sentence = announcementOf(change.event, after);
  if (sentence) announce(sentence);
  if (change.event.name === "relayFaultChanged" || change.event.name === "journalFault") setTimeout(() => void refreshHealth(), 300);
}
function takeConnection(state) {
  if (state === connection.value) return;
  if (state === "stale") announce(t4("connection.lost"));
  if (state === "live" && connection.value === "stale") {
    announce(t4("announce.live"));
    void refreshHealth();
  }
  connection.value = state;
}
async function refreshHealth() {
  try {
    conditions.value = (await api.health()).conditions;
  } catch (thrown) {
    if (thrown instanceof APIError && thrown.kind === "unauthenticated") expire();
  }
}

// vendor/preact/jsx-runtime/dist/jsxRuntime.mjs
var f4 = /* @__PURE__ */ Symbol.for("pv");
var o4 = 0;
function a4(t5, e4, n3, u4, a5, i4) {
  e4 || (e4 = {});
  var c4, l4, p5 = e4;
  if ("ref" in p5 && "function" != typeof t5) for (l4 in p5 = {}, e4) "ref" == l4 ? c4 = e4[l4] : p5[l4] = e4[l4];
  var s4 = { type: t5, props: p5, key: n3, ref: c4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: f4, __v: --o4, __i: -1, __u: 0 };
  return (a5 || i4) && (s4.__source = a5, s4.__self = i4), n.vnode && n.vnode(s4), s4;
}

// src/views/icons.tsx
function Icon({ children }) {
  return /* @__PURE__ */ a4("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", children });
}
function Mark() {
  return /* @__PURE__ */ a4("svg", { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false", children: [
    /* @__PURE__ */ a4("rect", { class: "mark-ground", width: "32", height: "32", rx: "8" }),
    /* @__PURE__ */ a4("path", { class: "mark-axis", d: "M4 16h24" }),
    /* @__PURE__ */ a4("path", { class: "mark-wave", d: "M5 16c2.2-9 8.8-9 11 0s8.8 9 11 0" }),
    /* @__PURE__ */ a4("circle", { class: "mark-dot", cx: "16", cy: "16", r: "3" })
  ] });
}
var PowerIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "M12 4v8M7 6.8a8 8 0 1 0 10 0" }) });
var RestartIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4h-4" }) });
var WarningIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.3" }) });
var LinkIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "M4 12h3l2.5-6 5 12 2.5-6h3" }) });
var PersonIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6" }) });
var CloseIcon = () => /* @__PURE__ */ a4(Icon, { children: /* @__PURE__ */ a4("path", { d: "m6 6 12 12M18 6 6 18" }) });

// src/views/now.ts
function useNow(periodMs, needed) {
  const [now, setNow] = d2(() => Date.now());
  A2(() => {
    if (!needed) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs, needed]);
  return now;
}

// src/views/banners.tsx
function Banners({ device: device2 }) {
  const listed = conditions.value.filter((one) => one.code !== "mains.absent");
  return /* @__PURE__ */ a4("div", { class: "banners", children: [
    connection.value === "stale" && /* @__PURE__ */ a4(Stale, {}),
    !device2.powered && /* @__PURE__ */ a4(Banner, { tone: "danger", title: t4("banner.mains"), children: t4("banner.mainsText") }),
    device2.powerUp && /* @__PURE__ */ a4(PowerUp, { device: device2 }),
    listed.length > 0 && /* @__PURE__ */ a4(Conditions, { conditions: listed })
  ] });
}
function Banner({ tone, title, children }) {
  return /* @__PURE__ */ a4("section", { class: `banner ${tone}`, "aria-label": title, children: [
    /* @__PURE__ */ a4(WarningIcon, {}),
    /* @__PURE__ */ a4("div", { children: [
      /* @__PURE__ */ a4("strong", { children: title }),
      " ",
      /* @__PURE__ */ a4("span", { children })
    ] })
  ] });
}
function Stale() {
  return /* @__PURE__ */ a4(Banner, { tone: "warning", title: t4("banner.stale"), children: [
    t4("banner.staleText", { time: moment(new Date(lastMessageAt.value), /* @__PURE__ */ new Date()) }),
    " ",
    /* @__PURE__ */ a4("button", { type: "button", class: "link", onClick: reconnect, children: t4("banner.staleRetry") })
  ] });
}
function PowerUp({ device: device2 }) {
  const now = useNow(250, true);
  const progress = device2.powerUp;
  if (!progress) return null;
  const names = progress.remaining.map((id) => device2.outputs.find((output) => output.id === id)?.name ?? String(id));
  const seconds = Math.ceil(Math.max(0, remaining(progress.nextAt, now)) / 1e3);
  return /* @__PURE__ */ a4(Banner, { tone: "info", title: t4("banner.powerUp"), children: t4("banner.powerUpText", { outputs: list(names), seconds }) });
}
function Conditions({ conditions: conditions2 }) {
  return /* @__PURE__ */ a4("section", { class: "banner warning", "aria-labelledby": "health-title", children: [
    /* @__PURE__ */ a4(WarningIcon, {}),
    /* @__PURE__ */ a4("div", { children: [
      /* @__PURE__ */ a4("strong", { id: "health-title", children: t4("health.title") }),
      /* @__PURE__ */ a4("ul", { children: conditions2.map((one) => /* @__PURE__ */ a4(ConditionLine, { condition: one }, one.code + one.subject)) })
    ] })
  ] });
}
function ConditionLine({ condition }) {
  const { code, subject, severity, text, args, since } = condition;
  return /* @__PURE__ */ a4("li", { children: [
    /* @__PURE__ */ a4("span", { class: `tag ${severity}`, children: severity === "error" ? t4("health.error") : t4("health.warning") }),
    " ",
    tCode("health.", code, { ...args, subject }, text),
    " ",
    /* @__PURE__ */ a4("span", { class: "muted", children: t4("health.since", { time: moment(new Date(since), /* @__PURE__ */ new Date()) }) })
  ] });
}

// src/bench.ts
var loadTypes = [
  "none",
  "resistive",
  "constantPF",
  "rectifier",
  "pfc",
  "led",
  "server",
  "motor",
  "transformer",
  "thermostat",
  "capacitor",
  "inverter",
  "recording",
  "trace"
];
var relayFaults = ["none", "stuck", "welded", "dead"];
var relayTiming = { operateMs: 8, releaseMs: 8, spreadMs: 0, bounceMs: 0 };
var serverPhases = ["boot", "idle", "busy", "frozen"];
var choices = {
  shift: ["inductive", "capacitive"],
  work: ["idle", "busy"]
};
function filesFor(type, files) {
  const suffix = { recording: ".i16", trace: ".csv" }[type];
  return suffix ? files.filter((file) => file.endsWith(suffix)) : [];
}
function typesFor(load, files) {
  const playable = (type) => type !== "recording" && type !== "trace" || filesFor(type, files).length > 0;
  return [.../* @__PURE__ */ new Set([...loadTypes.filter(playable), load.type])];
}
function convertLoad(from, type, files) {
  const watts = from.watts ?? 100;
  const file = filesFor(type, files)[0] ?? "";
  switch (type) {
    case "resistive":
      return { type, watts };
    case "constantPF":
      return { type, watts, powerFactor: 0.9, shift: "inductive" };
    case "recording":
      return { type, file, ampsPerCount: 0.0241, voltsPerCount: 0.0595 };
    case "trace":
      return { type, file };
  }
  return { type };
}
function membersOf({ type, ...members }) {
  return Object.entries(type === "server" ? { ...members, address: members.address ?? "" } : members);
}
var units = { UF: "µF", UH: "µH", Ohm: "Ω", Percent: "%", Ms: "ms", Hz: "Hz", C: "°C", K: "K", S: "s", W: "W", V: "V", A: "A" };
function splitMember(member) {
  const suffix = Object.keys(units).find((end) => member.endsWith(end) && /[a-z]$/.test(member.slice(0, -end.length))) ?? "";
  const words = member.slice(0, member.length - suffix.length).replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { words: words.charAt(0).toUpperCase() + words.slice(1), unit: units[suffix] ?? "" };
}
function parseNumber(text) {
  const plain = text.trim().replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}

// src/views/bench-controls.tsx
function Switch({ on, label, flip: flip2 }) {
  return /* @__PURE__ */ a4("div", { class: "bench-switch", children: [
    /* @__PURE__ */ a4("button", { type: "button", role: "switch", class: "switch", "aria-checked": on, "aria-label": label, onClick: flip2, children: /* @__PURE__ */ a4("span", { class: "switch-thumb" }) }),
    /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: on ? t4("state.on") : t4("state.off") })
  ] });
}
function Choice({ label, name, value, options, disabled, text, set }) {
  return /* @__PURE__ */ a4("label", { class: "field", children: [
    /* @__PURE__ */ a4("span", { children: label }),
    /* @__PURE__ */ a4("select", { "aria-label": name, value, disabled, onChange: (e4) => set(e4.currentTarget.value), children: [.../* @__PURE__ */ new Set([...options, value])].map((option) => /* @__PURE__ */ a4("option", { value: option, children: text(option) }, option)) })
  ] });
}
function TextField({ label, name, value, valid = () => true, decimal, set }) {
  const [draft, setDraft] = d2(null);
  const invalid = draft !== null && !valid(draft);
  const take = () => {
    if (draft === null || invalid) return;
    setDraft(null);
    if (draft !== value) set(draft);
  };
  return /* @__PURE__ */ a4("label", { class: "field", children: [
    /* @__PURE__ */ a4("span", { children: label }),
    /* @__PURE__ */ a4(
      "input",
      {
        inputMode: decimal ? "decimal" : "text",
        autocomplete: "off",
        "aria-label": name,
        "aria-invalid": invalid || void 0,
        value: draft ?? value,
        onInput: (e4) => setDraft(e4.currentTarget.value),
        onBlur: take,
        onKeyDown: (e4) => {
          if (e4.key === "Enter") take();
          if (e4.key === "Escape") setDraft(null);
        }
      }
    )
  ] });
}
function NumberField({ value, set, ...rest }) {
  const take = (text) => parseNumber(text) !== value && set(parseNumber(text));
  return /* @__PURE__ */ a4(TextField, { ...rest, decimal: true, value: String(value), valid: (text) => !Number.isNaN(parseNumber(text)), set: take });
}

// src/views/bench-outlet.tsx
function memberName(member) {
  const { words, unit } = splitMember(member);
  const name = tCode("bench.member.", member, void 0, words);
  return unit ? `${name} (${unit})` : name;
}
var valueName = (value) => tCode("bench.value.", value, void 0, value);
function valueText(member, value) {
  if (typeof value === "boolean") return value ? t4("bench.yes") : t4("bench.no");
  if (typeof value === "string") return valueName(value);
  const { unit } = splitMember(member);
  if (unit === "s") return duration(value * 1e3);
  return unit ? `${rounded(value)} ${unit}` : rounded(value);
}
function Outlet({ outlet: { id, load, relay, operations, state }, name, files, put, setMember }) {
  const label = (field) => t4("bench.of", { field, number: id });
  return /* @__PURE__ */ a4("fieldset", { class: "bench-outlet", children: [
    /* @__PURE__ */ a4("legend", { children: t4("bench.outlet", { number: id, name }) }),
    /* @__PURE__ */ a4("div", { class: "bench-fields", children: [
      /* @__PURE__ */ a4(
        Choice,
        {
          label: t4("bench.load"),
          name: label(t4("bench.load")),
          value: load.type,
          options: typesFor(load, files),
          text: (type) => tCode("bench.load.", type, void 0, type),
          set: (type) => put({ load: convertLoad(load, type, files) })
        }
      ),
      /* @__PURE__ */ a4(
        Choice,
        {
          label: t4("bench.relay"),
          name: label(t4("bench.relay")),
          value: relay.fault,
          options: relayFaults,
          text: (fault) => tCode("bench.relay.", fault, void 0, fault),
          set: (fault) => put({ relay: { fault } })
        }
      ),
      membersOf(load).map(([member, value]) => /* @__PURE__ */ a4(
        Member,
        {
          member,
          value,
          name: label(memberName(member)),
          options: optionsOf(load, member, files),
          set: (changed) => setMember(member, changed)
        },
        `${load.type}.${member}`
      )),
      load.type === "server" && state && /* @__PURE__ */ a4(
        Choice,
        {
          label: t4("bench.member.phase"),
          name: label(t4("bench.member.phase")),
          value: String(state.phase),
          options: serverPhases,
          disabled: state.phase === "off",
          text: valueName,
          set: (phase) => put({ server: { phase } })
        }
      )
    ] }),
    state && /* @__PURE__ */ a4(Facts, { label: label(t4("bench.state")), children: Object.entries(state).map(([member, value]) => /* @__PURE__ */ a4(Fact, { name: tCode("bench.member.", member, void 0, splitMember(member).words), text: valueText(member, value) }, member)) }),
    /* @__PURE__ */ a4(RelayDetails, { relay, operations, label, put: (change) => put({ relay: change }) })
  ] });
}
function optionsOf(load, member, files) {
  return member === "file" ? filesFor(load.type, files) : choices[member];
}
function Member({ member, value, name, options, set }) {
  const label = memberName(member);
  if (typeof value === "number") return /* @__PURE__ */ a4(NumberField, { label, name, value, set });
  if (typeof value === "boolean") return /* @__PURE__ */ a4(Choice, { label, name, value: String(value), options: ["true", "false"], text: (option) => valueText("", option === "true"), set: (option) => set(option === "true") });
  if (options) return /* @__PURE__ */ a4(Choice, { label, name, value, options, text: member === "file" ? (file) => file : valueName, set });
  return /* @__PURE__ */ a4(TextField, { label, name, value, set });
}
function Facts({ label, children }) {
  return /* @__PURE__ */ a4("dl", { class: "bench-facts", "aria-label": label, children });
}
function Fact({ name, text }) {
  return /* @__PURE__ */ a4("div", { children: [
    /* @__PURE__ */ a4("dt", { children: name }),
    /* @__PURE__ */ a4("dd", { class: "figure", children: text })
  ] });
}
function RelayDetails({ relay, operations, label, put }) {
  const members = Object.keys(relayTiming);
  return /* @__PURE__ */ a4("details", { children: [
    /* @__PURE__ */ a4("summary", { "aria-label": label(t4("bench.relayDetails")), children: t4("bench.relayDetails") }),
    /* @__PURE__ */ a4("div", { class: "bench-fields", children: members.map((member) => /* @__PURE__ */ a4(
      NumberField,
      {
        label: memberName(member),
        name: label(memberName(member)),
        value: relay[member] ?? relayTiming[member],
        set: (value) => put({ [member]: value })
      },
      member
    )) }),
    /* @__PURE__ */ a4(Facts, { label: label(t4("bench.wear")), children: [
      /* @__PURE__ */ a4(Fact, { name: t4("bench.operations"), text: rounded(operations) }),
      /* @__PURE__ */ a4(Fact, { name: t4("bench.wear"), text: percent(relay.wear ?? 0) })
    ] })
  ] });
}

// src/views/bench.tsx
function Bench({ device: device2 }) {
  const { bench, refused, put } = useBench(device2.powered);
  const files = bench?.recordings.map((recording) => recording.name) ?? [];
  return /* @__PURE__ */ a4("section", { class: "panel bench", "aria-labelledby": "bench-title", children: [
    /* @__PURE__ */ a4("header", { class: "panel-head", children: /* @__PURE__ */ a4("div", { children: [
      /* @__PURE__ */ a4("h2", { id: "bench-title", children: t4("bench.title") }),
      /* @__PURE__ */ a4("p", { class: "muted", children: t4("bench.lead") })
    ] }) }),
    /* @__PURE__ */ a4("div", { role: "alert", class: "bench-refused", children: refused && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4(WarningIcon, {}),
      refused
    ] }) }),
    bench && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("div", { class: "bench-part", children: [
        /* @__PURE__ */ a4("h3", { children: t4("bench.mains") }),
        /* @__PURE__ */ a4(Mains, { mains: bench.mains, put: (change) => put("mains", change) })
      ] }),
      /* @__PURE__ */ a4("div", { class: "bench-part", children: [
        /* @__PURE__ */ a4("h3", { children: t4("bench.outlets") }),
        /* @__PURE__ */ a4("div", { class: "bench-outlets", children: bench.outlets.map((outlet) => /* @__PURE__ */ a4(
          Outlet,
          {
            outlet,
            files,
            put: (change) => put(`outlets/${outlet.id}`, change),
            setMember: (member, value) => put(`outlets/${outlet.id}`, (now) => ({ load: { ...(now.outlets.find(({ id }) => id === outlet.id) ?? outlet).load, [member]: value } })),
            name: device2.outputs.find((output) => output.id === outlet.id)?.name ?? ""
          },
          outlet.id
        )) })
      ] }),
      bench.inputs.length > 0 && /* @__PURE__ */ a4("div", { class: "bench-part", children: [
        /* @__PURE__ */ a4("h3", { children: t4("bench.inputs") }),
        bench.inputs.map((input) => /* @__PURE__ */ a4(InputLine, { id: input.id, level: input.level, device: device2, put: (change) => put(`inputs/${input.id}`, change) }, input.id))
      ] })
    ] })
  ] });
}
function useBench(powered) {
  const [bench, setBench] = d2(null);
  const [refused, setRefused] = d2("");
  const newest = T2(null);
  const looks = T2({ begun: 0, shown: 0 });
  const load = async () => {
    const look = ++looks.current.begun;
    try {
      const now = await api.get("bench");
      if (look < looks.current.shown) return;
      looks.current.shown = look;
      newest.current = now;
      setBench(now);
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
    }
  };
  A2(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), 2e3);
    return () => clearInterval(timer);
  }, [powered]);
  const queue = T2(Promise.resolve());
  const put = (path, change) => {
    queue.current = queue.current.then(async () => {
      setRefused("");
      try {
        await api.put(`bench/${path}`, typeof change === "function" ? change(newest.current) : change);
      } catch (thrown) {
        setRefused(t4("error.failed", { reason: sentenceOf(thrown) }));
      }
      await load();
    });
  };
  return { bench, refused, put };
}
function Mains({ mains, put }) {
  return /* @__PURE__ */ a4("div", { class: "bench-line", children: [
    /* @__PURE__ */ a4(Switch, { on: mains.on, label: t4("bench.mainsSwitch"), flip: () => put({ on: !mains.on }) }),
    /* @__PURE__ */ a4(NumberField, { label: `${t4("bench.voltage")} (V)`, value: mains.voltage, set: (voltage) => put({ voltage }) }),
    /* @__PURE__ */ a4(NumberField, { label: `${t4("bench.frequency")} (Hz)`, value: mains.frequency, set: (frequency) => put({ frequency }) })
  ] });
}
function InputLine({ id, level, device: device2, put }) {
  const known = device2.inputs.find((input) => input.id === id);
  const name = known?.name ?? String(id);
  return /* @__PURE__ */ a4("div", { class: "bench-line", children: [
    /* @__PURE__ */ a4(Switch, { on: level === "on", label: t4("bench.inputClosed", { name }), flip: () => put({ level: level === "on" ? "off" : "on" }) }),
    /* @__PURE__ */ a4("span", { children: name }),
    /* @__PURE__ */ a4("span", { class: "figure", children: t4("bench.pulses", { count: known?.count ?? 0 }) }),
    /* @__PURE__ */ a4("button", { type: "button", class: "button", onClick: () => put({ pulses: 1 }), children: t4("bench.sendPulse") })
  ] });
}

// src/commands.ts
var pending = a3(/* @__PURE__ */ new Set());
var failures = a3(/* @__PURE__ */ new Map());
var question = a3(null);
function flip(output) {
  if (output.state !== "on") return void run([output.id], "on");
  question.value = { kind: "off", losing: [output], go: () => void run([output.id], "off") };
}
function restart(output) {
  question.value = { kind: "restart", losing: [output], go: () => void run([output.id], "shortOff") };
}
function allOn(outputs) {
  void run(ids(outputs), "on");
}
function allOff(outputs) {
  const losing = outputs.filter((output) => output.state !== "off");
  const go = () => void run(ids(outputs), "off");
  if (losing.length === 0) return go();
  question.value = { kind: "allOff", losing, go };
}
function allRestart(outputs) {
  const losing = outputs.filter((output) => output.state === "on");
  question.value = { kind: "allRestart", losing, go: () => void run(ids(losing), "shortOff") };
}
function dismiss(id) {
  note([id], null);
}
var ids = (outputs) => outputs.map((output) => output.id);
async function run(targets, action) {
  note(targets, null);
  pending.value = /* @__PURE__ */ new Set([...pending.value, ...targets]);
  try {
    const answer = await api.actAll({ outputs: targets.map((id) => ({ id, action })) });
    const dropped = targets.filter((_4, i4) => answer.outcomes[i4] === "dropped");
    note(dropped, t4("state.dropped"));
    await shown(answer.outputs);
  } catch (thrown) {
    if (thrown instanceof APIError && thrown.kind === "unauthenticated") return expire();
    note(targets, t4("error.failed", { reason: sentenceOf(thrown) }));
  } finally {
    pending.value = new Set([...pending.value].filter((id) => !targets.includes(id)));
  }
}
function note(targets, failure) {
  const next = new Map(failures.value);
  for (const id of targets) failure === null ? next.delete(id) : next.set(id, failure);
  failures.value = next;
}
function shown(answered) {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve();
    };
    const timer = setTimeout(finish, 2e3);
    const stop = x2(() => {
      const outputs = device.value?.outputs ?? [];
      if (answered.every((answer) => contains(outputs.find((output) => output.id === answer.id), answer))) finish();
    });
  });
}
function contains(now, answer) {
  if (!now) return true;
  return Date.parse(now.lastChange ?? "") >= Date.parse(answer.lastChange ?? "") || answer.lastChange === null;
}

// src/views/confirm.tsx
function Confirm() {
  const open2 = question.value;
  return open2 && /* @__PURE__ */ a4(Ask, { question: open2 });
}
function Ask({ question: asked }) {
  const dialog = T2(null);
  F2(() => dialog.current?.showModal(), []);
  const { title, text, go } = wording(asked);
  const closed = () => {
    question.value = null;
    if (dialog.current?.returnValue === "go") asked.go();
  };
  return /* @__PURE__ */ a4("dialog", { ref: dialog, class: "dialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", onClose: closed, children: [
    /* @__PURE__ */ a4("h2", { id: "confirm-title", children: title }),
    /* @__PURE__ */ a4("div", { id: "confirm-text", children: [
      /* @__PURE__ */ a4("p", { children: text }),
      asked.losing.length > 1 && /* @__PURE__ */ a4(Losing, { question: asked })
    ] }),
    /* @__PURE__ */ a4("form", { method: "dialog", class: "dialog-actions", children: [
      /* @__PURE__ */ a4("button", { class: "button", value: "", children: t4("confirm.cancel") }),
      /* @__PURE__ */ a4("button", { class: "button danger", value: "go", children: go })
    ] })
  ] });
}
function Losing({ question: { losing } }) {
  return /* @__PURE__ */ a4("ul", { class: "losing", children: losing.map((output) => /* @__PURE__ */ a4("li", { children: [
    /* @__PURE__ */ a4("span", { children: [
      /* @__PURE__ */ a4("span", { class: "number", children: output.id }),
      " ",
      output.name
    ] }),
    output.reading && /* @__PURE__ */ a4("span", { class: "figure", children: quantity(output.reading.activePowerW, "W") })
  ] }, output.id)) });
}
function wording({ kind, losing }) {
  const one = losing[0];
  const name = one?.name ?? "";
  const count = { count: losing.length };
  const loses = plural(losing.length) === "one" ? t4("confirm.loses.one", count) : t4("confirm.loses.other", count);
  switch (kind) {
    case "off": {
      const watts = one?.reading?.activePowerW ?? 0;
      const text = watts >= 0.05 ? t4("confirm.offDraws", { power: quantity(watts, "W") }) : t4("confirm.offText");
      return { title: t4("confirm.off", { name }), text, go: t4("confirm.doOff") };
    }
    case "restart":
      return { title: t4("confirm.restart", { name }), text: t4("confirm.restartText", { time: duration(one?.shortDelayMs ?? 0) }), go: t4("confirm.doRestart") };
    case "allOff":
      return { title: t4("confirm.allOff"), text: loses, go: t4("confirm.doAllOff") };
    case "allRestart":
      return { title: t4("confirm.allRestart"), text: t4("confirm.allRestartText"), go: t4("confirm.doAllRestart") };
  }
}

// src/views/help.tsx
function Help({ dialog }) {
  const keys = [
    [["Tab", "⇧ Tab"], t4("help.tab")],
    [["Space", "Enter"], t4("help.space")],
    [["↑", "↓"], t4("help.arrows")],
    [["Home", "End"], t4("help.ends")],
    [["Esc"], t4("help.escape")]
  ];
  return /* @__PURE__ */ a4("dialog", { ref: dialog, class: "dialog", "aria-labelledby": "help-title", children: [
    /* @__PURE__ */ a4("h2", { id: "help-title", children: t4("help.title") }),
    /* @__PURE__ */ a4("dl", { class: "keys", children: keys.map(([names, meaning]) => /* @__PURE__ */ a4("div", { children: [
      /* @__PURE__ */ a4("dt", { children: names.map((name) => /* @__PURE__ */ a4("kbd", { children: name }, name)) }),
      /* @__PURE__ */ a4("dd", { children: meaning })
    ] }, meaning)) }),
    /* @__PURE__ */ a4("p", { class: "muted", children: t4("help.safe") }),
    /* @__PURE__ */ a4("form", { method: "dialog", class: "dialog-actions", children: /* @__PURE__ */ a4("button", { class: "button primary", children: t4("help.close") }) })
  ] });
}

// src/views/menu.tsx
function Preferences() {
  const themes = { auto: t4("menu.theme.auto"), light: t4("menu.theme.light"), dark: t4("menu.theme.dark") };
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("label", { class: "field", children: [
      /* @__PURE__ */ a4("span", { children: t4("menu.language") }),
      /* @__PURE__ */ a4("select", { value: language.value, onChange: (e4) => pickLanguage(e4.currentTarget.value), children: Object.entries(languages).map(([tag, name]) => /* @__PURE__ */ a4("option", { value: tag, lang: tag, children: name }, tag)) })
    ] }),
    /* @__PURE__ */ a4("label", { class: "field", children: [
      /* @__PURE__ */ a4("span", { children: t4("menu.theme") }),
      /* @__PURE__ */ a4("select", { value: theme.value, onChange: (e4) => chooseTheme(e4.currentTarget.value), children: Object.entries(themes).map(([value, name]) => /* @__PURE__ */ a4("option", { value, children: name }, value)) })
    ] })
  ] });
}
function Menu({ session: session2 }) {
  const help = T2(null);
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("button", { type: "button", class: "button quiet account", popovertarget: "menu", "aria-label": t4("menu.signedIn", { user: session2.user }), children: [
      /* @__PURE__ */ a4(PersonIcon, {}),
      /* @__PURE__ */ a4("span", { children: session2.user })
    ] }),
    /* @__PURE__ */ a4("div", { id: "menu", class: "menu", popover: "auto", children: [
      /* @__PURE__ */ a4("p", { class: "menu-who", children: [
        /* @__PURE__ */ a4("strong", { children: session2.user }),
        /* @__PURE__ */ a4("span", { class: "muted", children: t4(`role.${session2.role}`) })
      ] }),
      /* @__PURE__ */ a4(Preferences, {}),
      /* @__PURE__ */ a4("button", { type: "button", class: "button", popovertarget: "menu", popovertargetaction: "hide", onClick: () => help.current?.showModal(), children: t4("menu.keyboard") }),
      /* @__PURE__ */ a4("button", { type: "button", class: "button", onClick: () => void logout(), children: t4("menu.signOut") })
    ] }),
    /* @__PURE__ */ a4(Help, { dialog: help })
  ] });
}

// src/views/gate.tsx
function Gate() {
  switch (access.value.stage) {
    case "setup":
      return /* @__PURE__ */ a4(Frame, { children: /* @__PURE__ */ a4(Setup, {}) });
    case "login":
      return /* @__PURE__ */ a4(Frame, { children: /* @__PURE__ */ a4(Login, { expired: access.value.expired }) });
    case "unreachable":
      return /* @__PURE__ */ a4(Frame, { children: [
        /* @__PURE__ */ a4("p", { role: "alert", children: t4("app.unreachable") }),
        /* @__PURE__ */ a4("button", { type: "button", class: "button primary", onClick: () => void enter(), children: t4("app.retry") })
      ] });
  }
  return /* @__PURE__ */ a4(Frame, { children: /* @__PURE__ */ a4("p", { role: "status", children: t4("app.loading") }) });
}
function Frame({ children }) {
  return /* @__PURE__ */ a4("div", { class: "gate", children: [
    /* @__PURE__ */ a4("main", { class: "gate-card", children: [
      /* @__PURE__ */ a4("div", { class: "gate-brand", children: [
        /* @__PURE__ */ a4(Mark, {}),
        /* @__PURE__ */ a4("span", { children: "Zerocross" })
      ] }),
      children
    ] }),
    /* @__PURE__ */ a4("footer", { class: "gate-preferences", children: /* @__PURE__ */ a4(Preferences, {}) })
  ] });
}
function useSubmit(send) {
  const [busy, setBusy] = d2(false);
  const [refused, setRefused] = d2("");
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused("");
    try {
      await send();
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, submit };
}
var Incomplete = class extends Error {
  toString() {
    return this.message;
  }
};
function Refusal({ text }) {
  return /* @__PURE__ */ a4("div", { role: "alert", class: "form-refusal", children: text && /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4(WarningIcon, {}),
    text
  ] }) });
}
function Login({ expired }) {
  const [user, setUser] = d2("");
  const [password, setPassword] = d2("");
  const first = T2(null);
  A2(() => first.current?.focus(), []);
  const { busy, refused, submit } = useSubmit(() => {
    if (!user || !password) throw new Incomplete(t4("login.missing"));
    return login(user, password);
  });
  return /* @__PURE__ */ a4("form", { class: "form", onSubmit: (event) => void submit(event), noValidate: true, children: [
    /* @__PURE__ */ a4("h1", { children: t4("login.title") }),
    /* @__PURE__ */ a4("p", { class: "muted", children: expired ? t4("login.expired") : t4("login.lead") }),
    /* @__PURE__ */ a4("label", { children: [
      /* @__PURE__ */ a4("span", { children: t4("login.user") }),
      /* @__PURE__ */ a4("input", { ref: first, name: "user", autocomplete: "username", autocapitalize: "none", spellcheck: false, value: user, onInput: (e4) => setUser(e4.currentTarget.value) })
    ] }),
    /* @__PURE__ */ a4("label", { children: [
      /* @__PURE__ */ a4("span", { children: t4("login.password") }),
      /* @__PURE__ */ a4("input", { type: "password", name: "password", autocomplete: "current-password", value: password, onInput: (e4) => setPassword(e4.currentTarget.value) })
    ] }),
    /* @__PURE__ */ a4(Refusal, { text: refused }),
    /* @__PURE__ */ a4("button", { class: "button primary", "aria-busy": busy, children: busy ? t4("login.busy") : t4("login.submit") })
  ] });
}
var minimumPassword = 8;
function Setup() {
  const [password, setPassword] = d2("");
  const [repeated, setRepeated] = d2("");
  const { busy, refused, submit } = useSubmit(() => {
    if (password !== repeated) throw new Incomplete(t4("setup.differs"));
    return setup(password);
  });
  return /* @__PURE__ */ a4("form", { class: "form", onSubmit: (event) => void submit(event), noValidate: true, children: [
    /* @__PURE__ */ a4("h1", { children: t4("setup.title") }),
    /* @__PURE__ */ a4("p", { class: "muted", children: t4("setup.lead") }),
    /* @__PURE__ */ a4("input", { type: "text", name: "username", autocomplete: "username", value: "admin", hidden: true, readOnly: true }),
    /* @__PURE__ */ a4("label", { children: [
      /* @__PURE__ */ a4("span", { children: t4("setup.password") }),
      /* @__PURE__ */ a4("input", { type: "password", autocomplete: "new-password", "aria-describedby": "setup-hint", value: password, onInput: (e4) => setPassword(e4.currentTarget.value) })
    ] }),
    /* @__PURE__ */ a4("p", { id: "setup-hint", class: "muted small", children: t4("setup.hint", { minimum: minimumPassword }) }),
    /* @__PURE__ */ a4("label", { children: [
      /* @__PURE__ */ a4("span", { children: t4("setup.repeat") }),
      /* @__PURE__ */ a4("input", { type: "password", autocomplete: "new-password", value: repeated, onInput: (e4) => setRepeated(e4.currentTarget.value) })
    ] }),
    /* @__PURE__ */ a4(Refusal, { text: refused }),
    /* @__PURE__ */ a4("button", { class: "button primary", "aria-busy": busy, children: busy ? t4("login.busy") : t4("setup.submit") })
  ] });
}

// src/views/figure.tsx
function Figure({ value, unit }) {
  const text = number(value, unit);
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("span", { class: "figure", children: text }),
    text !== none && unit !== "PF" && /* @__PURE__ */ a4("span", { class: "unit", children: [
      " ",
      unit
    ] })
  ] });
}

// src/views/output.tsx
function OutputRow({ output, powered }) {
  const { id, name, state } = output;
  const allowed = may("can_control_outputs");
  const busy = pending.value.has(id);
  const failure = failures.value.get(id);
  const title = `output-${id}`;
  return /* @__PURE__ */ a4("li", { class: `output ${state}${output.fault ? " faulty" : ""}${powered ? "" : " dead"}`, "aria-labelledby": title, children: [
    /* @__PURE__ */ a4("div", { class: "output-name", children: [
      /* @__PURE__ */ a4("span", { class: "number", "aria-hidden": "true", children: id }),
      /* @__PURE__ */ a4("div", { children: [
        /* @__PURE__ */ a4("h3", { id: title, children: [
          /* @__PURE__ */ a4("span", { class: "visually-hidden", children: [
            t4("outputs.number", { number: id }),
            ": "
          ] }),
          name
        ] }),
        /* @__PURE__ */ a4(LastChange, { output })
      ] })
    ] }),
    /* @__PURE__ */ a4("div", { class: "output-switch", children: [
      /* @__PURE__ */ a4(
        "button",
        {
          type: "button",
          role: "switch",
          class: "switch",
          "data-walk": "switch",
          "aria-checked": state === "on",
          "aria-busy": busy,
          "aria-label": t4("outputs.switchLabel", { name, number: id }),
          disabled: !allowed,
          onClick: () => busy || flip(output),
          children: /* @__PURE__ */ a4("span", { class: "switch-thumb" })
        }
      ),
      /* @__PURE__ */ a4("span", { class: "output-state", children: stateText(output, busy, powered) })
    ] }),
    /* @__PURE__ */ a4(Values, { output }),
    /* @__PURE__ */ a4(
      "button",
      {
        type: "button",
        class: "button quiet output-restart",
        "data-walk": "restart",
        disabled: !allowed || state !== "on",
        title: state === "on" ? void 0 : t4("outputs.restartNeedsOn"),
        "aria-label": t4("outputs.restartOf", { name }),
        onClick: () => busy || restart(output),
        children: [
          /* @__PURE__ */ a4(RestartIcon, {}),
          /* @__PURE__ */ a4("span", { children: t4("outputs.restart") })
        ]
      }
    ),
    output.pulse && /* @__PURE__ */ a4(Countdown, { output }),
    output.fault && /* @__PURE__ */ a4("p", { class: "output-fault", children: [
      /* @__PURE__ */ a4(WarningIcon, {}),
      faultText(output)
    ] }),
    failure && /* @__PURE__ */ a4("p", { class: "output-fault", role: "alert", children: [
      /* @__PURE__ */ a4(WarningIcon, {}),
      failure,
      /* @__PURE__ */ a4("button", { type: "button", class: "button quiet", "aria-label": t4("error.dismiss"), onClick: () => dismiss(id), children: /* @__PURE__ */ a4(CloseIcon, {}) })
    ] })
  ] });
}
function stateText({ state, contact, commanded, fault }, busy, powered) {
  const moving = fault === "" && contact !== "unknown" && contact !== commanded;
  if (busy || moving && powered) return t4("state.switching");
  return powered || state !== "on" ? t4(`state.${state}`) : `${t4("state.on")}, ${t4("outputs.noMains")}`;
}
function faultText({ fault, commanded, contact }) {
  const levels = { commanded: t4(`state.${commanded}`), contact: t4(`state.${contact}`) };
  return fault ? t4(`fault.${fault}`, levels) : "";
}
function Values({ output: { metered, reading, energy } }) {
  if (!metered) return /* @__PURE__ */ a4("p", { class: "values unmetered muted", children: t4("outputs.unmetered") });
  const loaded = (reading?.apparentPowerVA ?? 0) > 0;
  return /* @__PURE__ */ a4("dl", { class: "values", children: [
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.power"), value: reading?.activePowerW, unit: "W", lead: true }),
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.current"), value: reading?.currentA, unit: "A" }),
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.voltage"), value: reading?.voltageV, unit: "V" }),
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.powerFactor"), value: loaded ? reading?.powerFactor : null, unit: "PF" }),
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.phase"), value: loaded ? reading?.phaseDeg : null, unit: "°" }),
    /* @__PURE__ */ a4(Value, { name: t4("outputs.column.energy"), value: energy && energy.forwardWh / 1e3, unit: "kWh" })
  ] });
}
function Value({ name, value, unit, lead }) {
  return /* @__PURE__ */ a4("div", { class: lead ? "value lead" : "value", children: [
    /* @__PURE__ */ a4("dt", { children: name }),
    /* @__PURE__ */ a4("dd", { children: /* @__PURE__ */ a4(Figure, { value, unit }) })
  ] });
}
function Countdown({ output }) {
  const pulse = output.pulse;
  const now = useNow(100, connection.value === "live");
  if (!pulse) return null;
  const left = Math.max(0, Math.min(pulse.delayMs, remaining(pulse.endsAt, now)));
  const time = duration(left);
  return /* @__PURE__ */ a4("div", { class: "countdown", children: [
    /* @__PURE__ */ a4("span", { role: "timer", children: pulse.action === "shortOff" ? t4("pulse.shortOff", { time }) : t4("pulse.shortOn", { time }) }),
    /* @__PURE__ */ a4("progress", { max: pulse.delayMs, value: left, "aria-label": t4("pulse.progress") })
  ] });
}
function LastChange({ output: { lastChange, lastOrigin } }) {
  if (!lastChange) return null;
  const time = moment(new Date(lastChange), /* @__PURE__ */ new Date());
  const origin = originText(lastOrigin);
  return /* @__PURE__ */ a4("p", { class: "muted small", children: origin ? t4("change.by", { time, origin }) : t4("change.at", { time }) });
}
function originText({ source, protocol, user }) {
  const way = tCode("origin.", protocol || source, void 0, tCode("origin.", source, void 0, protocol));
  return user ? t4("origin.withUser", { user, way }) : way;
}

// src/views/outputs.tsx
function Outputs({ device: device2 }) {
  const { outputs } = device2;
  const on = outputs.filter((output) => output.state === "on").length;
  return /* @__PURE__ */ a4("section", { class: "panel", "aria-labelledby": "outputs-title", id: "outputs", tabIndex: -1, children: [
    /* @__PURE__ */ a4("header", { class: "panel-head", children: [
      /* @__PURE__ */ a4("div", { children: [
        /* @__PURE__ */ a4("h2", { id: "outputs-title", children: t4("outputs.title") }),
        /* @__PURE__ */ a4("p", { class: "muted", children: t4("totals.outputsOn", { on, all: outputs.length }) })
      ] }),
      may("can_control_outputs") ? /* @__PURE__ */ a4(All, { device: device2, on }) : /* @__PURE__ */ a4("p", { class: "muted", children: t4("outputs.notAllowed") })
    ] }),
    /* @__PURE__ */ a4("div", { class: "outputs", onKeyDown: walk, children: [
      /* @__PURE__ */ a4(Columns, { metered: outputs.some((output) => output.metered) }),
      /* @__PURE__ */ a4("ul", { role: "list", children: outputs.map((output) => /* @__PURE__ */ a4(OutputRow, { output, powered: device2.powered }, output.id)) })
    ] })
  ] });
}
function All({ device: { outputs }, on }) {
  const busy = pending.value.size > 0;
  return /* @__PURE__ */ a4("div", { class: "actions", role: "group", "aria-label": t4("outputs.all"), children: [
    /* @__PURE__ */ a4("button", { type: "button", class: "button", disabled: busy, onClick: () => allOn(outputs), children: [
      /* @__PURE__ */ a4(PowerIcon, {}),
      t4("outputs.allOn")
    ] }),
    /* @__PURE__ */ a4("button", { type: "button", class: "button", disabled: busy, onClick: () => allOff(outputs), children: [
      /* @__PURE__ */ a4(PowerIcon, {}),
      t4("outputs.allOff")
    ] }),
    /* @__PURE__ */ a4("button", { type: "button", class: "button", disabled: busy || on === 0, onClick: () => allRestart(outputs), children: [
      /* @__PURE__ */ a4(RestartIcon, {}),
      t4("outputs.allRestart")
    ] })
  ] });
}
function Columns({ metered }) {
  return /* @__PURE__ */ a4("div", { class: "columns", "aria-hidden": "true", children: [
    /* @__PURE__ */ a4("span", { children: t4("outputs.column.output") }),
    /* @__PURE__ */ a4("span", { children: t4("outputs.column.state") }),
    metered && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.power") }),
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.current") }),
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.voltage") }),
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.powerFactor") }),
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.phase") }),
      /* @__PURE__ */ a4("span", { children: t4("outputs.column.energy") })
    ] })
  ] });
}
function walk(event) {
  const from = event.target;
  const column = from.dataset.walk;
  if (!column || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [...event.currentTarget.querySelectorAll(`[data-walk="${column}"]:not(:disabled)`)];
  const at = stops.indexOf(from);
  const targets = {
    ArrowUp: stops[at - 1],
    ArrowDown: stops[at + 1],
    Home: stops[0],
    End: stops[stops.length - 1]
  };
  const to = targets[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

// src/views/totals.tsx
function Totals({ device: device2 }) {
  const { inlet, inletEnergy: energy } = device2;
  if (!inlet && !energy) return null;
  const loaded = (inlet?.apparentPowerVA ?? 0) > 0;
  const since = energy && (energy.resetAt ? t4("totals.energySince", { date: date(new Date(energy.resetAt)) }) : t4("totals.energyEver"));
  return /* @__PURE__ */ a4("section", { class: "totals", "aria-labelledby": "totals-title", children: [
    /* @__PURE__ */ a4("h2", { id: "totals-title", class: "visually-hidden", children: t4("totals.title") }),
    /* @__PURE__ */ a4("dl", { children: [
      /* @__PURE__ */ a4(Total, { name: t4("totals.power"), value: inlet?.activePowerW, unit: "W", lead: true }),
      /* @__PURE__ */ a4(Total, { name: t4("totals.current"), value: inlet?.currentA, unit: "A" }),
      /* @__PURE__ */ a4(Total, { name: t4("totals.voltage"), value: inlet?.voltageV, unit: "V" }),
      /* @__PURE__ */ a4(Total, { name: t4("totals.frequency"), value: device2.frequencyHz, unit: "Hz" }),
      /* @__PURE__ */ a4(Total, { name: t4("totals.powerFactor"), value: loaded ? inlet?.powerFactor : null, unit: "PF" }),
      /* @__PURE__ */ a4(Total, { name: t4("totals.energy"), value: energy ? energy.forwardWh / 1e3 : null, unit: "kWh", note: since ?? void 0 })
    ] })
  ] });
}
function Total({ name, value, unit, note: note2, lead }) {
  return /* @__PURE__ */ a4("div", { class: lead ? "total lead" : "total", children: [
    /* @__PURE__ */ a4("dt", { children: name }),
    /* @__PURE__ */ a4("dd", { children: [
      /* @__PURE__ */ a4(Figure, { value, unit }),
      note2 && /* @__PURE__ */ a4("span", { class: "note", children: note2 })
    ] })
  ] });
}

// src/views/shell.tsx
function Shell() {
  const signedIn = session.value;
  if (!signedIn) return /* @__PURE__ */ a4(Gate, {});
  return device.value ? /* @__PURE__ */ a4(Page, { session: signedIn, device: device.value }) : /* @__PURE__ */ a4("p", { class: "loading", role: "status", children: t4("app.loading") });
}
function Page({ session: session2, device: device2 }) {
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("a", { class: "skip", href: "#outputs", children: t4("app.skip") }),
    /* @__PURE__ */ a4("header", { class: "top", children: [
      /* @__PURE__ */ a4(Mark, {}),
      /* @__PURE__ */ a4("div", { class: "top-name", children: [
        /* @__PURE__ */ a4("h1", { children: device2.name }),
        device2.model.name !== device2.name && /* @__PURE__ */ a4("p", { class: "muted", children: device2.model.name })
      ] }),
      /* @__PURE__ */ a4(LinkState, {}),
      /* @__PURE__ */ a4(Menu, { session: session2 })
    ] }),
    /* @__PURE__ */ a4("main", { class: connection.value === "stale" ? "page stale" : "page", children: [
      /* @__PURE__ */ a4(Banners, { device: device2 }),
      /* @__PURE__ */ a4(Totals, { device: device2 }),
      /* @__PURE__ */ a4(Outputs, { device: device2 }),
      device2.demo && /* @__PURE__ */ a4(Bench, { device: device2 })
    ] }),
    /* @__PURE__ */ a4("footer", { class: "bottom muted", children: [
      /* @__PURE__ */ a4("span", { children: t4("app.about", { model: device2.model.name, serial: device2.serial, version: device2.version }) }),
      /* @__PURE__ */ a4("span", { children: t4("app.uptime", { duration: age(device2.uptimeSeconds) }) }),
      /* @__PURE__ */ a4("a", { href: "licenses.txt", children: t4("app.licences") })
    ] }),
    /* @__PURE__ */ a4(Confirm, {}),
    /* @__PURE__ */ a4("div", { class: "visually-hidden", role: "status", "aria-live": "polite", children: announcement.value })
  ] });
}
function LinkState() {
  const state = connection.value;
  return /* @__PURE__ */ a4("p", { class: `link-state ${state}`, children: [
    /* @__PURE__ */ a4(LinkIcon, {}),
    /* @__PURE__ */ a4("span", { children: t4(`connection.${state}`) })
  ] });
}

// src/app.tsx
async function start() {
  await startLanguage().catch(() => void 0);
  const root = document.getElementById("app");
  if (root) Q(/* @__PURE__ */ a4(Shell, {}), root);
  x2(() => {
    document.title = device.value ? `${device.value.name} – Zerocross` : "Zerocross";
  });
  const wake = () => {
    if (document.visibilityState === "visible" && connection.peek() === "stale") reconnect();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  await enter();
}
void start();
