//! `load-conn` and what belongs to it.

use vici_serde::Message;

use super::child::Child;
use super::conn::Conn;
use super::output::{Output, Refused};
use super::policy::Policy;
use super::proposal;
use super::request::{Fault, Request};
use super::state::State;

impl State {
    /// Connections are applied one by one: those before a wrong one stay.
    pub(super) fn load_conn(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let sections = request.sections();
        let count = sections.len();
        for (index, (name, section)) in sections.into_iter().enumerate() {
            let conn = Conn::parse(&name, section, self.generation).inspect_err(|_| {
                if let Some(keyword) = proposal::unknown(section, self.generation) {
                    output.config(&format!("algorithm '{keyword}' not recognized"));
                }
            })?;
            if request.fault() == Fault::Inside && index + 1 == count {
                break;
            }
            self.replace_conn(conn, output);
        }
        request.check()
    }

    pub(super) fn unload_conn(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let name = request
            .text("name")
            .ok_or("unload: missing connection name")?;
        let index = self.conns.iter().position(|conn| conn.name == name);
        let index = index.ok_or_else(|| format!("unload: connection '{name}' not found"))?;
        let conn = self.conns.remove(index);
        if self.generation.is_6() {
            output.config(&format!("removed vici connection: {name}"));
        }
        self.undo(&conn.name, &conn.children, output);
        Ok(())
    }

    pub(super) fn get_conns(&self) -> Message {
        let names = self.conns.iter().map(|conn| &conn.name);
        Message::new().list("conns", names)
    }

    pub(super) fn list_conns(&self, request: &Request, output: Output<'_>) {
        let wanted = request.text("ike");
        for conn in &self.conns {
            if wanted.is_none_or(|name| name == conn.name) {
                output.stream("list-conn", &conn.listed());
            }
        }
    }

    /// Installs the policies of a child.
    pub(super) fn install(&mut self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let child = request.text("child").ok_or("missing configuration name")?;
        output.config(&format!("vici install '{child}'"));
        let ike = request.text("ike");
        let found = self.find_child(ike, child);
        let (conn, child) = found.ok_or("configuration name not found")?;
        let policy = Policy::new(conn, child, self.generation);
        self.policies.install(policy);
        Ok(())
    }

    /// With equal settings only the children that differ are replaced, else all of it. Either way it
    /// keeps its place.
    fn replace_conn(&mut self, conn: Conn, output: Output<'_>) {
        let name = conn.name.clone();
        let mut new = conn.children.clone();
        match self.conns.iter().position(|old| old.name == name) {
            None => {
                output.config(&format!("added vici connection: {name}"));
                self.conns.push(conn);
            }
            Some(index) => {
                let Some(place) = self.conns.get_mut(index) else {
                    return;
                };
                let updated = place.has_settings_of(&conn);
                let mut old = core::mem::replace(place, conn).children;
                if updated {
                    output.config(&format!("updated vici connection: {name}"));
                    let kept: Vec<Child> = old
                        .iter()
                        .filter(|child| new.contains(child))
                        .cloned()
                        .collect();
                    old.retain(|child| !kept.contains(child));
                    new.retain(|child| !kept.contains(child));
                } else {
                    output.config(&format!("replaced vici connection: {name}"));
                }
                self.undo(&name, &old, output);
            }
        }
        self.start(&name, &new, output);
    }

    /// Carries out the start actions of children.
    fn start(&mut self, name: &str, children: &[Child], output: Output<'_>) {
        let by = self.by();
        for child in children {
            let Some(conn) = self.conns.iter().find(|conn| conn.name == name) else {
                return;
            };
            let action = child.start_action;
            if action.trap {
                output.config(&format!("{by}installing '{}'", child.name));
                let policy = Policy::new(conn, child, self.generation);
                self.policies.install(policy);
            }
            if action.start {
                output.config(&format!("{by}initiating '{}'", child.name));
                // Whether it succeeds is of no concern to who loads the connection.
                let _ = self.initiate(Some(name), Some(&child.name), output);
            }
        }
    }

    /// Whom actions are logged to be of.
    fn by(&self) -> &'static str {
        if self.generation.is_6() { "vici " } else { "" }
    }

    /// Undoes the start actions of children.
    fn undo(&mut self, name: &str, children: &[Child], output: Output<'_>) {
        for child in children {
            if child.start_action.trap {
                output.config(&format!("{}uninstalling '{}'", self.by(), child.name));
                self.policies.remove(name, &child.name);
            }
            if child.start_action.start {
                self.close_children(name, &child.name, output);
            }
        }
    }
}
