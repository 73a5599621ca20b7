//! Puts a switch at every condition of a tree of Rust files, and lists the mutants: `rewrite FOLDER > mutants.tsv`.
//!
//! Conditions are what decides whether a rule speaks: `if`, `while`, `let … else`, guards and arms of `match`, operands of `&&`
//! and `||`, closures of `filter`, `any` and their like, functions that give a `bool`, an `Option` or a `Vec`. The text
//! between them stays as it is, so line numbers hold. Line: point, file, line, what it may be forced to, the source.

use std::io::Write;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Pat, ReturnType, Stmt, Type, UnOp};

/// Adaptors whose closure gives a `bool`.
const DECIDING: &[&str] = &[
    "filter",
    "any",
    "all",
    "find",
    "position",
    "rposition",
    "is_some_and",
    "is_none_or",
    "is_ok_and",
    "take_while",
    "skip_while",
    "partition",
    "retain",
];
/// Adaptors whose closure gives an `Option`.
const CHOOSING: &[&str] = &["filter_map", "find_map", "map_while", "and_then"];

/// Which way a point may be forced.
#[derive(Clone, Copy, PartialEq)]
enum Ways {
    Both,
    True,
    False,
}

struct Rewriter<'s> {
    source: &'s str,
    file: String,
    next: u32,
    /// Text to put in: offset, whether it closes what opened before it, order, text.
    edits: Vec<(usize, bool, i64, String)>,
    list: String,
    /// Inside of what is computed by the compiler, where no switch can stand.
    constant: bool,
}

impl Rewriter<'_> {
    fn point(&mut self, span: proc_macro2::Span, ways: Ways) -> u32 {
        let point = self.next;
        self.next += 1;
        let ways = match ways {
            Ways::Both => "true false",
            Ways::True => "true",
            Ways::False => "false",
        };
        let text: String = self.source[span.byte_range()].split_whitespace().collect::<Vec<_>>().join(" ").chars().take(110).collect();
        self.list.push_str(&format!("{point}\t{}\t{}\t{ways}\t{text}\n", self.file, span.start().line));
        point
    }

    fn open(&mut self, offset: usize, text: String) {
        let order = self.edits.len() as i64;
        self.edits.push((offset, true, order, text));
    }

    fn close(&mut self, offset: usize, text: &str) {
        let order = -(self.edits.len() as i64);
        self.edits.push((offset, false, order, text.to_owned()));
    }

    /// Puts a switch around a `bool`.
    fn wrap(&mut self, expr: &Expr, ways: Ways) {
        if self.constant {
            return;
        }
        let span = expr.span();
        let point = self.point(span, ways);
        self.open(span.byte_range().start, format!("::tarbox_mutation::at({point}, "));
        self.close(span.byte_range().end, ")");
    }

    /// A condition that may hold `let`s: those can only be made to fail.
    fn condition(&mut self, expr: &Expr, ways: Ways) {
        if !has_let(expr) {
            self.wrap(expr, ways);
        } else if !self.constant {
            let point = self.point(expr.span(), Ways::False);
            self.open(expr.span().byte_range().start, format!("::tarbox_mutation::at({point}, true) && "));
        }
    }

    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let ReturnType::Type(_, returned) = &signature.output else { return };
        let Type::Path(path) = &**returned else { return };
        let Some(name) = path.path.segments.last().map(|s| s.ident.to_string()) else { return };
        let (ways, nothing) = match name.as_str() {
            "bool" => (Ways::Both, ""),
            "Option" => (Ways::False, "None"),
            "Vec" => (Ways::False, "Vec::new()"),
            _ => return,
        };
        let point = self.point(signature.span(), ways);
        let text = match ways {
            Ways::Both => format!(" if let Some(forced) = ::tarbox_mutation::forced({point}) {{ return forced; }}"),
            _ => format!(" if !::tarbox_mutation::at({point}, true) {{ return {nothing}; }}"),
        };
        self.open(block.brace_token.span.open().byte_range().end, text);
    }

    fn closure(&mut self, method: &str, argument: &Expr) {
        match argument {
            Expr::Closure(closure) if CHOOSING.contains(&method) && method != "and_then" => {
                let span = closure.body.span();
                let point = self.point(span, Ways::False);
                self.open(span.byte_range().start, format!("{{ if !::tarbox_mutation::at({point}, true) {{ return None; }} "));
                self.close(span.byte_range().end, " }");
            }
            Expr::Closure(closure) if DECIDING.contains(&method) => {
                let constant = std::mem::take(&mut self.constant);
                self.wrap(&closure.body, Ways::Both);
                self.constant = constant;
            }
            Expr::Path(path) if DECIDING.contains(&method) && path.path.segments.len() > 1 => {
                let span = argument.span();
                let point = self.point(span, Ways::Both);
                self.open(span.byte_range().start, format!("|it| ::tarbox_mutation::at({point}, "));
                self.close(span.byte_range().end, "(it))");
            }
            _ => {}
        }
    }
}

/// Whether `let` stands among the operands of a condition.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// Whether an expression is a `bool` by its look.
fn looks_boolean(expr: &Expr) -> bool {
    const ASKING: &[&str] = &["contains", "contains_key", "starts_with", "ends_with"];
    match expr {
        Expr::Binary(b) => {
            matches!(
                b.op,
                BinOp::And(_) | BinOp::Or(_) | BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_)
            )
        }
        Expr::Unary(u) => matches!(u.op, UnOp::Not(_)) && looks_boolean(&u.expr),
        Expr::Macro(m) => m.mac.path.is_ident("matches"),
        Expr::Paren(p) => looks_boolean(&p.expr),
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            let asks_each = matches!(name.as_str(), "any" | "all") && matches!(call.args.first(), Some(Expr::Closure(_) | Expr::Path(_)));
            asks_each && call.args.len() == 1 && !matches!(call.args.first(), Some(Expr::Path(p)) if p.path.get_ident().is_some())
                || ASKING.contains(&name.as_str())
                || name.starts_with("is_")
                || name.starts_with("has_")
        }
        Expr::Block(block) => matches!(block.block.stmts.last(), Some(Stmt::Expr(tail, None)) if looks_boolean(tail)),
        _ => false,
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| matches!(&a.meta, syn::Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test"))
}

impl<'ast> Visit<'ast> for Rewriter<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let outside = std::mem::replace(&mut self.constant, true);
        visit::visit_item_static(self, item);
        self.constant = outside;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if item.sig.constness.is_none() {
            self.body(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.sig.constness.is_none() {
            self.body(&item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let outside = std::mem::take(&mut self.constant);
        visit::visit_expr_closure(self, closure);
        self.constant = outside;
    }

    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        self.condition(&branch.cond, Ways::Both);
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_while(&mut self, whole: &'ast syn::ExprWhile) {
        self.condition(&whole.cond, Ways::False);
        visit::visit_expr_while(self, whole);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let and = matches!(binary.op, BinOp::And(_));
        if and || matches!(binary.op, BinOp::Or(_)) {
            for operand in [&binary.left, &binary.right] {
                let same = matches!(&**operand, Expr::Binary(b) if std::mem::discriminant(&b.op) == std::mem::discriminant(&binary.op));
                if !same && !matches!(&**operand, Expr::Let(_)) {
                    self.wrap(operand, if and { Ways::True } else { Ways::False });
                }
            }
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        let open_ended = expr.arms.last().is_some_and(|arm| matches!(arm.pat, Pat::Wild(_)));
        for (index, arm) in expr.arms.iter().enumerate() {
            if let Pat::Guard(guarded) = &arm.pat {
                self.condition(&guarded.guard, Ways::Both);
            } else if open_ended && index + 1 < expr.arms.len() && !self.constant {
                let point = self.point(arm.pat.span(), Ways::False);
                self.close(arm.pat.span().byte_range().end, &format!(" if ::tarbox_mutation::at({point}, true)"));
            }
        }
        visit::visit_expr_match(self, expr);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        match (method.as_str(), call.args.first()) {
            ("then_some", _) | ("then", Some(Expr::Closure(_) | Expr::Path(_))) if call.args.len() == 1 => {
                self.wrap(&call.receiver, Ways::Both);
            }
            ("map_or", Some(Expr::Lit(_))) => {
                let literal = call.args.first().is_some_and(|a| matches!(a, Expr::Lit(l) if matches!(l.lit, syn::Lit::Bool(_))));
                if let (true, Some(closure)) = (literal, call.args.iter().nth(1)) {
                    self.closure("any", closure);
                }
            }
            (method, Some(argument)) if call.args.len() == 1 => self.closure(method, argument),
            _ => {}
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            if let Some((_, diverge)) = &init.diverge {
                let point = self.point(local.span(), Ways::False);
                let leave = &self.source[diverge.span().byte_range()];
                self.open(local.span().byte_range().start, format!("if !::tarbox_mutation::at({point}, true) {leave} "));
            } else {
                match &*init.expr {
                    Expr::Closure(closure) if looks_boolean(&closure.body) => self.wrap(&closure.body, Ways::Both),
                    expr if looks_boolean(expr) => self.wrap(expr, Ways::Both),
                    _ => {}
                }
            }
        }
        visit::visit_local(self, local);
    }
}

/// Every `.rs` file below a folder, in order.
fn sources(folder: &Path, all: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: rewrite FOLDER")?);
    let mut files = Vec::new();
    sources(&folder, &mut files)?;
    let mut next = 1;
    let mut out = std::io::stdout().lock();
    for path in files {
        let source = std::fs::read_to_string(&path)?;
        let parsed = syn::parse_file(&source).map_err(|e| format!("{}: {e}", path.display()))?;
        let file = path.strip_prefix(&folder)?.display().to_string();
        let mut rewriter = Rewriter { source: &source, file, next, edits: Vec::new(), list: String::new(), constant: false };
        rewriter.visit_file(&parsed);
        next = rewriter.next;
        out.write_all(rewriter.list.as_bytes())?;
        let mut edits = rewriter.edits;
        edits.sort();
        let (mut text, mut done) = (String::new(), 0);
        for (offset, _, _, insert) in edits {
            text.push_str(&source[done..offset]);
            text.push_str(&insert);
            done = offset;
        }
        text.push_str(&source[done..]);
        std::fs::write(&path, text)?;
    }
    Ok(())
}
